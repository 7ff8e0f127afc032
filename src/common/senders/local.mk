# SPDX-License-Identifier: ISC
libcommon_a_SOURCES += \
	%D%/senders.c \
	%D%/senders.h
