# SPDX-License-Identifier: ISC
libcommon_a_SOURCES += \
	%D%/alabel.c \
	%D%/alabel.h \
	%D%/hostname.c \
	%D%/hostname.h \
	%D%/letter.c \
	%D%/letter.h \
	%D%/lookalike.c \
	%D%/lookalike.h \
	%D%/punycode.c \
	%D%/punycode.h
