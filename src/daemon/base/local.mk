# SPDX-License-Identifier: ISC
libdaemon_a_SOURCES += \
	%D%/capacity.c \
	%D%/capacity.h \
	%D%/counters.c \
	%D%/counters.h \
	%D%/deadline.c \
	%D%/deadline.h \
	%D%/event.c \
	%D%/event.h \
	%D%/journal.c \
	%D%/journal.h \
	%D%/loader.c \
	%D%/loader.h \
	%D%/loader_parts.h \
	%D%/loader_port.c \
	%D%/log.c \
	%D%/log.h \
	%D%/lookup.c \
	%D%/lookup.h \
	%D%/notify.c \
	%D%/notify.h \
	%D%/port_holder.c \
	%D%/port_holder.h
