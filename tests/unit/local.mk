# SPDX-License-Identifier: ISC
# The unit tests.
unit_tests = \
	%D%/common/base/test_file \
	%D%/common/base/test_finding \
	%D%/common/base/test_hash \
	%D%/common/base/test_intern \
	%D%/common/base/test_network \
	%D%/common/base/test_sha256 \
	%D%/common/base/test_span \
	%D%/common/cert/test_cert \
	%D%/common/cert/test_cert_trust \
	%D%/common/cert/test_due \
	%D%/common/config/test_config \
	%D%/common/config/test_config_bad \
	%D%/common/config/test_config_list \
	%D%/common/config/test_inifile \
	%D%/common/config/test_keyword \
	%D%/common/config/test_pattern \
	%D%/common/config/test_quotable \
	%D%/common/config/test_readahead \
	%D%/common/name/test_alabel \
	%D%/common/name/test_hostname \
	%D%/common/name/test_lookalike \
	%D%/common/policy/test_lint \
	%D%/common/policy/test_lint_upgrade \
	%D%/common/policy/test_mxmatch \
	%D%/common/policy/test_policy \
	%D%/common/policy/test_policyid \
	%D%/common/policy/test_policytext \
	%D%/common/senders/test_senders \
	%D%/common/test_memory \
	%D%/daemon/base/test_deadline \
	%D%/daemon/base/test_event \
	%D%/daemon/base/test_loader \
	%D%/daemon/base/test_log \
	%D%/daemon/hosts/test_certcheck \
	%D%/daemon/hosts/test_certreport \
	%D%/daemon/hosts/test_certstore \
	%D%/daemon/hosts/test_challenge \
	%D%/daemon/hosts/test_site \
	%D%/daemon/life/test_exposition \
	%D%/daemon/life/test_watch_places \
	%D%/daemon/sandbox/test_sandbox \
	%D%/daemon/sandbox/test_syscalls \
	%D%/daemon/serve/test_answer \
	%D%/daemon/serve/test_conn_queues \
	%D%/daemon/serve/test_limit \
	%D%/daemon/serve/test_proxy \
	%D%/daemon/serve/test_record_memory \
	%D%/daemon/serve/test_tls_hello \
	%D%/daemon/serve/test_wire

libunit_a_SOURCES = \
	%D%/daemon/crypto/hex.h \
	%D%/loading.h \
	%D%/make_cert.c \
	%D%/make_cert.h \
	%D%/make_facts.h \
	%D%/test.h \
	%D%/tree.h

tests_unit_common_test_memory_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=realloc -Wl,--wrap=strdup

if ACCELERATED
unit_tests += \
	%D%/daemon/crypto/test_crypto \
	%D%/daemon/crypto/test_crypto_blind \
	%D%/daemon/crypto/test_crypto_selftest \
	%D%/daemon/crypto/test_crypto_sha256 \
	%D%/daemon/crypto/test_crypto_vectors \
	%D%/daemon/crypto/test_crypto_wiped
tests_unit_daemon_crypto_test_crypto_selftest_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=nettle_sha256_digest -Wl,--wrap=crypto_p256_sign -Wl,--wrap=crypto_x25519 \
	-Wl,--wrap=crypto_p256_multiply -Wl,--wrap=crypto_p256_multiply_base \
	-Wl,--wrap=crypto_rsa_sign
if CTL
# For OpenSSL.
unit_tests += %D%/daemon/crypto/test_crypto_edges
endif
endif

if CTL
ctl_unit_tests = \
	%D%/ctl/acme/test_ari \
	%D%/ctl/acme/test_directory \
	%D%/ctl/acme/test_issuer \
	%D%/ctl/acme/test_trial \
	%D%/ctl/base/test_child \
	%D%/ctl/base/test_finding_out \
	%D%/ctl/base/test_jobs \
	%D%/ctl/base/test_rate \
	%D%/ctl/base/test_replace \
	%D%/ctl/base/test_told \
	%D%/ctl/base/test_writer \
	%D%/ctl/certs/test_pace \
	%D%/ctl/certs/test_turns \
	%D%/ctl/check/test_check_state \
	%D%/ctl/check/test_drifts \
	%D%/ctl/check/test_mxhost \
	%D%/ctl/check/test_rows \
	%D%/ctl/check/test_verdict \
	%D%/ctl/check/test_verdict_table \
	%D%/ctl/generate/test_proposal \
	%D%/ctl/lint/test_repair \
	%D%/ctl/net/test_caa \
	%D%/ctl/net/test_dnsdata \
	%D%/ctl/net/test_mxname \
	%D%/ctl/net/test_registrable \
	%D%/ctl/net/test_transfer \
	%D%/ctl/net/test_txtrecord \
	%D%/ctl/net/test_txtrecord_sender \
	%D%/ctl/records/test_recordset \
	%D%/ctl/seen/test_coverage \
	%D%/ctl/seen/test_logline \
	%D%/ctl/tlsrpt/test_advice \
	%D%/ctl/tlsrpt/test_comment \
	%D%/ctl/tlsrpt/test_html_out \
	%D%/ctl/tlsrpt/test_mailbox \
	%D%/ctl/tlsrpt/test_report \
	%D%/ctl/tlsrpt/test_report_fold \
	%D%/ctl/tlsrpt/test_seenset \
	%D%/ctl/tlsrpt/test_series \
	%D%/ctl/watch/test_digest \
	%D%/ctl/watch/test_message

tests_unit_ctl_base_test_jobs_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pthread_create
endif
