# SPDX-License-Identifier: ISC
libdaemon_a_SOURCES += \
	%D%/certcheck.c \
	%D%/certcheck.h \
	%D%/certfile.c \
	%D%/certfile.h \
	%D%/certstore.c \
	%D%/certstore.h \
	%D%/challenge.c \
	%D%/challenge.h \
	%D%/site.c \
	%D%/site.h
