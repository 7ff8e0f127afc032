# SPDX-License-Identifier: ISC
libdaemon_a_SOURCES += \
	%D%/caches.c \
	%D%/caches.h \
	%D%/certcheck.c \
	%D%/certcheck.h \
	%D%/certfile.c \
	%D%/certfile.h \
	%D%/certpool.c \
	%D%/certpool.h \
	%D%/certreport.c \
	%D%/certreport.h \
	%D%/certstore.c \
	%D%/certstore.h \
	%D%/certstore_cache.c \
	%D%/certstore_load.c \
	%D%/certstore_parts.h \
	%D%/certstore_say.c \
	%D%/certstore_types.h \
	%D%/challenge.c \
	%D%/challenge.h \
	%D%/challenge_load.c \
	%D%/challenge_parts.h \
	%D%/site.c \
	%D%/site.h
