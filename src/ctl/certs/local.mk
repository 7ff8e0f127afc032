# SPDX-License-Identifier: ISC
libctl_a_SOURCES += \
	%D%/certs.c \
	%D%/certs.h \
	%D%/install.c \
	%D%/install.h \
	%D%/inventory.c \
	%D%/inventory.h \
	%D%/leftover.c \
	%D%/leftover.h \
	%D%/listing.c \
	%D%/listing.h \
	%D%/listing_metrics.c \
	%D%/listing_metrics.h \
	%D%/orders.c \
	%D%/orders.h \
	%D%/outcome.c \
	%D%/outcome.h \
	%D%/pace.c \
	%D%/pace.h \
	%D%/plan.c \
	%D%/plan.h \
	%D%/renew.c \
	%D%/renew.h \
	%D%/schedule.c \
	%D%/schedule.h \
	%D%/turns.c \
	%D%/turns.h
