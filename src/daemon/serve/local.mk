# SPDX-License-Identifier: ISC
libdaemon_a_SOURCES += \
	%D%/access.c \
	%D%/access.h \
	%D%/admit.c \
	%D%/admit.h \
	%D%/answer.c \
	%D%/answer.h \
	%D%/bridge.c \
	%D%/bridge.h \
	%D%/conn.c \
	%D%/conn.h \
	%D%/crowd.c \
	%D%/crowd.h \
	%D%/http.c \
	%D%/http.h \
	%D%/limit.c \
	%D%/limit.h \
	%D%/listener.c \
	%D%/listener.h \
	%D%/proxy.c \
	%D%/proxy.h \
	%D%/tls.c \
	%D%/tls.h \
	%D%/wire.c \
	%D%/wire.h \
	%D%/worker.c \
	%D%/worker.h \
	%D%/worker_accept.c \
	%D%/worker_accept.h
