# SPDX-License-Identifier: ISC
libctl_a_SOURCES += \
	%D%/ari.c \
	%D%/ari.h \
	%D%/ari_poll.c \
	%D%/ari_poll.h \
	%D%/base64url.c \
	%D%/base64url.h \
	%D%/deploy.c \
	%D%/deploy.h \
	%D%/directory.c \
	%D%/directory.h \
	%D%/issuer.c \
	%D%/issuer.h \
	%D%/precheck.c \
	%D%/precheck.h \
	%D%/probe.c \
	%D%/probe.h \
	%D%/trial.c \
	%D%/trial.h \
	%D%/web.c \
	%D%/web.h
