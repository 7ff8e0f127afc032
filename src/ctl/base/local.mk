# SPDX-License-Identifier: ISC
libctl_a_SOURCES += \
	%D%/finding_out.c \
	%D%/finding_out.h \
	%D%/jobs.c \
	%D%/jobs.h \
	%D%/options.c \
	%D%/options.h \
	%D%/print.c \
	%D%/print.h \
	%D%/progress.c \
	%D%/progress.h \
	%D%/replace.c \
	%D%/replace.h \
	%D%/setup.c \
	%D%/setup.h \
	%D%/thread.c \
	%D%/thread.h
