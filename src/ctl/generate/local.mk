# SPDX-License-Identifier: ISC
libctl_a_SOURCES += \
	%D%/generate.c \
	%D%/generate.h \
	%D%/livepolicy.c \
	%D%/livepolicy.h \
	%D%/preset.c \
	%D%/preset.h \
	%D%/proposal.c \
	%D%/proposal.h \
	%D%/proposalout.c \
	%D%/proposalout.h \
	%D%/propose.c \
	%D%/propose.h \
	%D%/webtree.c \
	%D%/webtree.h
