# SPDX-License-Identifier: ISC
libdaemon_a_SOURCES += \
	%D%/check.c \
	%D%/check.h \
	%D%/configload.c \
	%D%/configload.h \
	%D%/exposition.c \
	%D%/exposition.h \
	%D%/health.c \
	%D%/health.h \
	%D%/health_visit.c \
	%D%/health_visit.h \
	%D%/heartbeat.c \
	%D%/heartbeat.h \
	%D%/load.c \
	%D%/load.h \
	%D%/logmark.c \
	%D%/logmark.h \
	%D%/mainfile.c \
	%D%/mainfile.h \
	%D%/metrics.c \
	%D%/metrics.h \
	%D%/privilege.c \
	%D%/privilege.h \
	%D%/reload.c \
	%D%/reload.h \
	%D%/removal.c \
	%D%/removal.h \
	%D%/server.c \
	%D%/server.h \
	%D%/startup.c \
	%D%/startup.h \
	%D%/status.c \
	%D%/status.h \
	%D%/watch.c \
	%D%/watch.h \
	%D%/watch_places.c \
	%D%/watch_places.h
