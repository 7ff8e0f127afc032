# SPDX-License-Identifier: ISC
libcommon_a_SOURCES += \
	%D%/sender.c \
	%D%/sender.h \
	%D%/sender_act.h \
	%D%/sender_agent.c \
	%D%/sender_agent.h \
	%D%/sender_large.c \
	%D%/sender_large.h \
	%D%/sender_library.c \
	%D%/sender_other.c \
	%D%/sender_postfix.c \
	%D%/sender_rows.h \
	%D%/sender_single.c \
	%D%/sender_txt.h \
	%D%/senders.c \
	%D%/senders.h
