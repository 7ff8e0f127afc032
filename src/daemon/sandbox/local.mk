# SPDX-License-Identifier: ISC
libdaemon_a_SOURCES += \
	%D%/sandbox.c \
	%D%/sandbox.h \
	%D%/sandbox_calls.c \
	%D%/sandbox_calls.h \
	%D%/sandbox_files.c \
	%D%/sandbox_files.h \
	%D%/sandbox_filter.c \
	%D%/sandbox_filter.h \
	%D%/sandbox_list.c \
	%D%/sandbox_list.h \
	%D%/sandbox_send.c \
	%D%/sandbox_send.h \
	%D%/sandbox_trees.c \
	%D%/sandbox_trees.h \
	%D%/sandbox_unknown.c \
	%D%/sandbox_unknown.h
