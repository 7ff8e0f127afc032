# SPDX-License-Identifier: ISC
libctl_a_SOURCES += \
	%D%/caa.c \
	%D%/caa.h \
	%D%/dns.c \
	%D%/dns.h \
	%D%/dns_answer.c \
	%D%/dns_ask.h \
	%D%/dnsdata.c \
	%D%/dnsdata.h \
	%D%/fetch.c \
	%D%/fetch.h \
	%D%/handshake.c \
	%D%/handshake.h \
	%D%/livemx.c \
	%D%/livemx.h \
	%D%/mxname.c \
	%D%/mxname.h \
	%D%/net_options.c \
	%D%/net_options.h \
	%D%/peer.c \
	%D%/pertarget.c \
	%D%/pertarget.h \
	%D%/peer.h \
	%D%/registrable.c \
	%D%/registrable.h \
	%D%/reach.c \
	%D%/reach.h \
	%D%/transfer.c \
	%D%/transfer.h \
	%D%/txtrecord.c \
	%D%/txtrecord.h \
	%D%/txtrecord_rua.c \
	%D%/txtrecord_rua.h \
	%D%/txtrecord_sender.c \
	%D%/txtrecord_sender.h \
	%D%/txtrecord_say.c \
	%D%/txtrecord_say.h
