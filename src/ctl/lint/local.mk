# SPDX-License-Identifier: ISC
libctl_a_SOURCES += \
	%D%/inspect.c \
	%D%/inspect.h \
	%D%/lintfile.c \
	%D%/lintfile.h \
	%D%/repair.c \
	%D%/repair.h \
	%D%/repair_line.c \
	%D%/repair_line.h \
	%D%/repair_rewrite.c \
	%D%/repair_rewrite.h \
	%D%/repair_text.c \
	%D%/repair_text.h \
	%D%/tlsreport.c \
	%D%/tlsreport.h
