/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_assets.h - report.css and report.js as the build embeds them
 * (report-embed.awk), and their hashes: "sha256-...".
 */
#ifndef BELAY_HARNESS_REPORT_ASSETS_H
#define BELAY_HARNESS_REPORT_ASSETS_H

extern const char report_css[], report_css_hash[];
extern const char report_js[], report_js_hash[];

#endif
