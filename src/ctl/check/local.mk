# SPDX-License-Identifier: ISC
libctl_a_SOURCES += \
	%D%/check_state.c \
	%D%/check_state.h \
	%D%/facts.c \
	%D%/facts.h \
	%D%/inspection.c \
	%D%/inspection.h \
	%D%/mxhost.c \
	%D%/mxhost.h \
	%D%/observe.c \
	%D%/observe.h \
	%D%/policy_address.h \
	%D%/rows.c \
	%D%/rows.h \
	%D%/rows_dns.c \
	%D%/rows_host.c \
	%D%/rows_mx.c \
	%D%/rows_policy.c \
	%D%/rows_say.c \
	%D%/rows_say.h \
	%D%/smtp.c \
	%D%/smtp.h \
	%D%/survey.c \
	%D%/survey.h \
	%D%/surveyjson.c \
	%D%/surveyjson.h \
	%D%/surveytext.c \
	%D%/surveytext.h \
	%D%/verdict.c \
	%D%/verdict.h \
	%D%/verdict_address.c \
	%D%/verdict_address.h \
	%D%/verdict_mx.c \
	%D%/verdict_mx.h \
	%D%/verdict_policy.c \
	%D%/verdict_policy.h
