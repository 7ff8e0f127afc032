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
	%D%/conn_queues.c \
	%D%/conn_queues.h \
	%D%/conn_steps.c \
	%D%/conn_steps.h \
	%D%/http.c \
	%D%/http.h \
	%D%/limit.c \
	%D%/limit.h \
	%D%/listener.c \
	%D%/listener.h \
	%D%/proxy.c \
	%D%/proxy.h \
	%D%/replay.c \
	%D%/replay.h \
	%D%/tls.c \
	%D%/tls.h \
	%D%/tls_alert.c \
	%D%/tls_alert.h \
	%D%/tls_select.c \
	%D%/tls_select.h \
	%D%/wire.c \
	%D%/wire.h \
	%D%/worker.c \
	%D%/worker.h \
	%D%/worker_accept.c \
	%D%/worker_accept.h
