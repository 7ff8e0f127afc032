# SPDX-License-Identifier: ISC
libctl_a_SOURCES += \
	%D%/advice.c \
	%D%/advice.h \
	%D%/advice_text.c \
	%D%/advice_text.h \
	%D%/chart.c \
	%D%/chart.h \
	%D%/failure.c \
	%D%/failure.h \
	%D%/gather.c \
	%D%/gather.h \
	%D%/gunzip.c \
	%D%/gunzip.h \
	%D%/intake.c \
	%D%/intake.h \
	%D%/report.c \
	%D%/report.h \
	%D%/report_oddity.c \
	%D%/report_oddity.h \
	%D%/report_policy.c \
	%D%/report_policy.h \
	%D%/report_text.c \
	%D%/report_text.h \
	%D%/reportfile.c \
	%D%/reportfile.h \
	%D%/reportmail.c \
	%D%/reportmail.h \
	%D%/reportscan.c \
	%D%/reportscan.h \
	%D%/tally.c \
	%D%/tally.h \
	%D%/tlsrpt.c \
	%D%/tlsrpt.h \
	%D%/totals.c \
	%D%/totals.h \
	%D%/totals_json.c \
	%D%/totals_json.h
