# SPDX-License-Identifier: ISC
libdaemon_a_SOURCES += \
	%D%/capacity.c \
	%D%/capacity.h \
	%D%/check.c \
	%D%/check.h \
	%D%/health.c \
	%D%/health.h \
	%D%/health_visit.c \
	%D%/health_visit.h \
	%D%/heartbeat.c \
	%D%/heartbeat.h \
	%D%/privilege.c \
	%D%/privilege.h \
	%D%/reload.c \
	%D%/reload.h \
	%D%/server.c \
	%D%/server.h \
	%D%/watch.c \
	%D%/watch.h \
	%D%/watch_places.c \
	%D%/watch_places.h
