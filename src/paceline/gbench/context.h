#pragma once

#include <string>
#include <string_view>

#include <programs/options.h>

namespace paceline {

/// Adds to Google Benchmark's context what results depend on beside the machine: paceline's version
/// and revision, the libraries' versions, the hosts that are asked, and how exactly requests leave.
void add_context(const Options& options, const std::string& hosts);

/// What --version says: the program's version, then a line for each library.
std::string version_text(std::string_view program);

/// Adds what was spoken with the server: the HTTP version, such as "HTTP/2", and the TLS library or
/// "none". Once in a program.
void add_protocol_context(const std::string& url, const std::string& http_version);

}  // namespace paceline
