# SPDX-License-Identifier: ISC
libcommon_a_SOURCES += \
	%D%/cert.c \
	%D%/cert.h \
	%D%/due.c \
	%D%/due.h \
	%D%/pem.c \
	%D%/pem.h
