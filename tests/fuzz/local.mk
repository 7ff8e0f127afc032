# SPDX-License-Identifier: ISC
# The fuzz targets. Each is one source file, but for those with a list here.
fuzz_targets = \
	%D%/fuzz_answer \
	%D%/fuzz_cert \
	%D%/fuzz_challenge \
	%D%/fuzz_config \
	%D%/fuzz_connection \
	%D%/fuzz_hostname \
	%D%/fuzz_http \
	%D%/fuzz_inifile \
	%D%/fuzz_policy \
	%D%/fuzz_proxy \
	%D%/fuzz_scarcity

if CTL
ctl_fuzz_targets = \
	%D%/fuzz_dnsdata \
	%D%/fuzz_document \
	%D%/fuzz_logline \
	%D%/fuzz_peer \
	%D%/fuzz_repair \
	%D%/fuzz_report \
	%D%/fuzz_store \
	%D%/fuzz_txtrecord \
	%D%/fuzz_unpack
endif

libreplay_a_SOURCES = %D%/replay.c
FUZZ_FILES = %D%/memory_files.c %D%/memory_files.h
tests_fuzz_fuzz_challenge_SOURCES = %D%/fuzz_challenge.c $(FUZZ_FILES)
STAGE_FILES = \
	%D%/answers.c \
	%D%/answers.h \
	%D%/client.c \
	%D%/client.h \
	$(LIGHT_CRYPTO) \
	%D%/quiet_log.c \
	%D%/scarce.c \
	%D%/scarce.h \
	%D%/stage.c \
	%D%/stage.h \
	%D%/stage_server.c \
	%D%/stage_server.h \
	$(FUZZ_FILES)
if MBEDTLS_3
LIGHT_CRYPTO = %D%/light_crypto.c
LIGHT_WRAPS = \
	-Wl,--wrap=Hacl_Curve25519_crypto_scalarmult \
	-Wl,--wrap=mbedtls_ecdsa_read_signature \
	-Wl,--wrap=mbedtls_ecdsa_write_signature \
	-Wl,--wrap=mbedtls_ecp_check_pub_priv \
	-Wl,--wrap=mbedtls_ecp_gen_key \
	-Wl,--wrap=mbedtls_ecp_mul \
	-Wl,--wrap=mbedtls_ecp_mul_restartable
endif
STAGE_WRAPS = $(LIGHT_WRAPS) \
	-Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc -Wl,--wrap=epoll_ctl \
	-Wl,--wrap=posix_memalign \
	-Wl,--wrap=file_read
tests_fuzz_fuzz_connection_SOURCES = %D%/fuzz_connection.c $(STAGE_FILES)
tests_fuzz_fuzz_connection_LDFLAGS = $(AM_LDFLAGS) $(STAGE_WRAPS)
tests_fuzz_fuzz_scarcity_SOURCES = %D%/fuzz_scarcity.c $(STAGE_FILES)
tests_fuzz_fuzz_scarcity_LDFLAGS = $(AM_LDFLAGS) $(STAGE_WRAPS)
tests_fuzz_fuzz_http_SOURCES = \
	%D%/fuzz_http.c \
	%D%/answers.c \
	%D%/answers.h \
	$(FUZZ_FILES)
