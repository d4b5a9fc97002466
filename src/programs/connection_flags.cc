#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include <paceline/connection.h>
#include <programs/flags.h>
#include <programs/help.h>
#include <programs/options.h>

namespace paceline::programs {
namespace {

const std::map<std::string, HttpVersion> http_versions{
    {"1.1", HttpVersion::one}, {"2", HttpVersion::two}, {"auto", HttpVersion::automatic}};
const std::map<std::string, TransportKind> transports{{"curl", TransportKind::curl},
                                                      {"direct", TransportKind::direct}};
const std::map<std::string, bool> switches{{"on", true}, {"off", false}};

}  // namespace

void add_flags(CLI::App& app, ConnectionOptions& connection) {
  app.option_defaults()->group(connection_group);
  app.add_option("--paceline_ca", connection.ca_file,
                 "PEM file with the certificates to trust, such as ca.pem [the system's]")
      ->check(CLI::ExistingFile)
      ->type_name("FILE");
  add_choice_flag(app, "--paceline_transport", transports, connection.transport,
                  "Transport of requests: curl (libcurl, every URL) or direct (HTTP/1.1 without "
                  "TLS or a proxy, half the CPU) [curl]");
  add_choice_flag(
      app, "--paceline_http", http_versions, connection.http,
      "HTTP version: 1.1, 2 (over TLS) or auto (the highest that the server supports) [auto]");
  add_choice_flag(app, "--paceline_reuse", switches, connection.reuses,
                  "Whether a connection carries further requests: on, or off for a new connection "
                  "for each request [on]");
  add_size_flag(app, "--paceline_max_response", connection.max_response,
                "Longest response, streamed or not, such as 1MB. A longer response fails, so that "
                "no server can fill the memory [64MiB]");
  add_size_flag(app, "--paceline_memory", connection.memory,
                "Limit on the memory of all response bodies in flight, such as 500MB. Above the "
                "limit the longest response fails. Parsing needs additional memory [1GiB]");
}

}  // namespace paceline::programs
