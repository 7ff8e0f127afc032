# SPDX-License-Identifier: ISC
libcommon_a_SOURCES += \
	%D%/account.c \
	%D%/account.h \
	%D%/arena.c \
	%D%/arena.h \
	%D%/array.c \
	%D%/array.h \
	%D%/error.c \
	%D%/error.h \
	%D%/file.c \
	%D%/file.h \
	%D%/file_note.c \
	%D%/file_stamp.c \
	%D%/filesum.c \
	%D%/filesum.h \
	%D%/finding.c \
	%D%/finding.h \
	%D%/hash.c \
	%D%/hash.h \
	%D%/intern.c \
	%D%/intern.h \
	%D%/moment.c \
	%D%/moment.h \
	%D%/network.c \
	%D%/network.h \
	%D%/printable.c \
	%D%/printable.h \
	%D%/sha256.c \
	%D%/sha256.h \
	%D%/span.c \
	%D%/span.h \
	%D%/systemdir.c \
	%D%/systemdir.h \
	%D%/utf8.c \
	%D%/utf8.h
