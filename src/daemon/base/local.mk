# SPDX-License-Identifier: ISC
libdaemon_a_SOURCES += \
	%D%/datagram.c \
	%D%/datagram.h \
	%D%/deadline.c \
	%D%/deadline.h \
	%D%/log.c \
	%D%/log.h \
	%D%/notify.c \
	%D%/notify.h
