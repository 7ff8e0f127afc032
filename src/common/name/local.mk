# SPDX-License-Identifier: ISC
libcommon_a_SOURCES += \
	%D%/hostname.c \
	%D%/hostname.h \
	%D%/letter.c \
	%D%/letter.h \
	%D%/punycode.c \
	%D%/punycode.h
