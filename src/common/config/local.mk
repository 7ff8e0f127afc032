# SPDX-License-Identifier: ISC
libcommon_a_SOURCES += \
	%D%/block.c \
	%D%/block.h \
	%D%/config.c \
	%D%/config.h \
	%D%/domainlist.c \
	%D%/domainlist.h \
	%D%/draft.c \
	%D%/draft.h \
	%D%/inherit.c \
	%D%/inherit.h \
	%D%/inifile.c \
	%D%/inifile.h \
	%D%/iniline.c \
	%D%/iniline.h \
	%D%/judge.c \
	%D%/judge.h \
	%D%/keyword.c \
	%D%/keyword.h \
	%D%/pattern.c \
	%D%/pattern.h \
	%D%/reading.c \
	%D%/reading.h \
	%D%/resolve.c \
	%D%/resolve.h \
	%D%/sections.c \
	%D%/sections.h \
	%D%/setacme.c \
	%D%/setacme.h \
	%D%/setdns.c \
	%D%/setdns.h \
	%D%/setserver.c \
	%D%/setserver.h \
	%D%/setting.c \
	%D%/setting.h \
	%D%/settings.c \
	%D%/settings.h
