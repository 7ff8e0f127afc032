# SPDX-License-Identifier: ISC
libctl_a_SOURCES += \
	%D%/recordlive.c \
	%D%/recordlive.h \
	%D%/recordout.c \
	%D%/recordout.h \
	%D%/records.c \
	%D%/records.h \
	%D%/recordset.c \
	%D%/recordset.h \
	%D%/served.c \
	%D%/served.h
