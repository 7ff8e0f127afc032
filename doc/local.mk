# SPDX-License-Identifier: ISC
# Manual pages, guides and examples.
examplesdir = $(docdir)/examples
dist_examples_DATA = \
	%D%/examples/haproxy.cfg \
	%D%/examples/nginx-stream.conf \
	etc/mta-stsd.ini
dist_examples_SCRIPTS = %D%/examples/deploy-to-replicas

guidesdir = $(docdir)/guides
dist_guides_DATA = \
	%D%/guides/containers.md \
	%D%/guides/day-to-day.md \
	%D%/guides/debian-packages.md \
	%D%/guides/from-azure-functions.md \
	%D%/guides/from-azure-static-web-apps.md \
	%D%/guides/from-testing-to-enforce.md \
	%D%/guides/hosting-at-scale.md \
	%D%/guides/hosting-for-customers.md \
	%D%/guides/next-to-a-web-server.md \
	%D%/guides/postfix-and-exchange-online.md \
	%D%/guides/reading-tls-reports.md \
	%D%/guides/taking-it-away.md \
	%D%/guides/troubleshooting.md

dist_man_MANS = \
	%D%/mta-stsd-hooks.7 \
	%D%/mta-stsd.8 \
	%D%/mta-stsd.ini.5

if CTL
dist_man_MANS += %D%/mta-stsctl.1 %D%/mta-stsctl-json.7
endif
