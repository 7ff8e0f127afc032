# SPDX-License-Identifier: ISC
libctl_a_SOURCES += \
	%D%/coverage.c \
	%D%/coverage.h \
	%D%/fetchqueue.c \
	%D%/fetchqueue.h \
	%D%/gaps.c \
	%D%/gaps.h \
	%D%/journalread.c \
	%D%/journalread.h \
	%D%/lastseen.c \
	%D%/lastseen.h \
	%D%/logfields.c \
	%D%/logfields.h \
	%D%/logfiles.c \
	%D%/logfiles.h \
	%D%/logline.c \
	%D%/logline.h \
	%D%/logreader.c \
	%D%/logreader.h \
	%D%/mxday.c \
	%D%/mxday.h \
	%D%/seen.c \
	%D%/seen.h \
	%D%/seenlist.c \
	%D%/seenlist.h \
	%D%/seentext.c \
	%D%/seentext.h \
	%D%/seenwrite.c \
	%D%/seenwrite.h
