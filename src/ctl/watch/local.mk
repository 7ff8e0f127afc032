# SPDX-License-Identifier: ISC
libctl_a_SOURCES += \
	%D%/digest.c \
	%D%/digest.h \
	%D%/digest_json.c \
	%D%/digest_json.h \
	%D%/digest_metrics.c \
	%D%/digest_metrics.h \
	%D%/digest_text.c \
	%D%/digest_text.h \
	%D%/drift.c \
	%D%/drift.h \
	%D%/machine.c \
	%D%/machine.h \
	%D%/message.c \
	%D%/message.h \
	%D%/outbox.c \
	%D%/outbox.h \
	%D%/sightings.c \
	%D%/sightings.h \
	%D%/tell.c \
	%D%/tell.h
