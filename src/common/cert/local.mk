# SPDX-License-Identifier: ISC
libcommon_a_SOURCES += \
	%D%/cert.c \
	%D%/cert.h \
	%D%/cert_copy.c \
	%D%/cert_fingerprint.c \
	%D%/cert_names.c \
	%D%/cert_trust.c \
	%D%/cert_trust.h \
	%D%/certkey.c \
	%D%/certkey.h \
	%D%/due.c \
	%D%/due.h \
	%D%/pem.c \
	%D%/pem.h
