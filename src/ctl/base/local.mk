# SPDX-License-Identifier: ISC
libctl_a_SOURCES += \
	%D%/become.c \
	%D%/become.h \
	%D%/finding_out.c \
	%D%/finding_out.h \
	%D%/installfile.c \
	%D%/installfile.h \
	%D%/jobs.c \
	%D%/jobs.h \
	%D%/jsonfile.c \
	%D%/jsonfile.h \
	%D%/options.c \
	%D%/options.h \
	%D%/place.c \
	%D%/place.h \
	%D%/print.c \
	%D%/print.h \
	%D%/progress.c \
	%D%/progress.h \
	%D%/rate.c \
	%D%/rate.h \
	%D%/readas.c \
	%D%/readas.h \
	%D%/replace.c \
	%D%/replace.h \
	%D%/setup.c \
	%D%/setup.h \
	%D%/thread.c \
	%D%/thread.h \
	%D%/wrap.c \
	%D%/wrap.h \
	%D%/writer.c \
	%D%/writer.h \
	%D%/writer_json.c
