#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <paceline/connection.h>
#include <paceline/http/host_addresses.h>
#include <paceline/http/unix_socket.h>
#include <programs/flags.h>
#include <programs/help.h>
#include <programs/options.h>

namespace paceline::programs {
namespace {

const std::map<std::string, HttpVersion> http_versions{{"1.1", HttpVersion::one},
                                                       {"2", HttpVersion::two},
                                                       {"3", HttpVersion::three},
                                                       {"auto", HttpVersion::automatic}};
const std::map<std::string, TransportKind> transports{{"curl", TransportKind::curl},
                                                      {"direct", TransportKind::direct}};
const std::map<std::string, bool> switches{{"on", true}, {"off", false}};

void add_client_certificate_flags(CLI::App& app, ConnectionOptions& connection) {
  CLI::Option* certificate =
      app.add_option("--paceline_cert", connection.cert_file,
                     "PEM file with the client's certificate, for servers that ask for one, such "
                     "as client.pem [none]")
          ->check(CLI::ExistingFile)
          ->type_name("FILE");
  app.add_option("--paceline_key", connection.key_file,
                 "PEM file with the unencrypted key of that certificate, such as client.key [the "
                 "file of --paceline_cert]")
      ->check(CLI::ExistingFile)
      ->needs(certificate)
      ->type_name("FILE");
}

void add_resolve_flag(CLI::App& app, std::vector<HostAddresses>& hosts) {
  const std::string name = "--paceline_resolve";
  app.add_option_function<std::vector<std::string>>(
         name,
         [&hosts, name](const std::vector<std::string>& given) {
           for (const std::string& text : given) {
             auto host = http::parse_host_addresses(text);
             if (!host) throw CLI::ValidationError(name, host.error().message);
             if (std::any_of(hosts.begin(), hosts.end(), [&host](const HostAddresses& other) {
                   return text::equals_ignoring_case(other.host, host->host) &&
                          other.port == host->port;
                 })) {
               throw CLI::ValidationError(
                   name, fmt::format("{}:{} is given twice; list its addresses in one flag",
                                     host->host, host->port));
             }
             hosts.push_back(*std::move(host));
           }
         },
         "Addresses of a host that is not looked up, such as api.test:443:10.0.0.7 or "
         "api.test:443:10.0.0.7,[::1]. Repeat the flag for further hosts [none]")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->type_name("HOST:PORT:ADDRESS,…");
}

void add_unix_socket_flag(CLI::App& app, std::string& path) {
  app.add_option("--paceline_unix_socket", path,
                 "Unix socket for every connection, such as /run/api.sock. The URL gives "
                 "the header Host and the path [none]")
      ->check([](const std::string& given) {
        const auto checked = http::check_socket_path(given);
        return checked ? std::string() : checked.error().message;
      })
      ->type_name("PATH");
}

void add_interface_flag(CLI::App& app, std::vector<std::string>& interfaces) {
  app.add_option_function<std::string>(
         "--paceline_interface",
         [&interfaces](const std::string& text) { interfaces = split_list(text); },
         "Addresses of this machine, or names of its network interfaces, from which connections "
         "leave, such as 10.0.0.7,10.0.0.8 or eth1. Connections take several in turn [the system "
         "chooses]")
      ->type_name("LIST");
}

}  // namespace

void add_flags(CLI::App& app, ConnectionOptions& connection) {
  app.option_defaults()->group(connection_group);
  app.add_option(
         "--paceline_ca", connection.ca_file,
         "PEM file with the certificates to trust, such as ca.pem [the file of SSL_CERT_FILE, "
         "or else the system's]")
      ->check(CLI::ExistingFile)
      ->type_name("FILE");
  add_client_certificate_flags(app, connection);
  add_choice_flag(
      app, "--paceline_transport", transports, connection.transport,
      "Transport of requests: curl (libcurl, every URL) or direct (own sockets: less than half "
      "the CPU time, no proxy, no HTTP/3) [curl]");
  add_choice_flag(
      app, "--paceline_http", http_versions, connection.http,
      "HTTP version: 1.1, 2 (over TLS), 3 (where libcurl has it) or auto (2 if the server supports "
      "it, else 1.1) [auto]");
  add_choice_flag(app, "--paceline_reuse", switches, connection.reuses,
                  "Whether a connection carries further requests: on, or off for a new connection "
                  "for each request [on]");
  app.add_flag("--paceline_compressed{true}", connection.compressed,
               "Asks for compressed responses (Accept-Encoding: gzip, deflate, br)");
  add_interface_flag(app, connection.interfaces);
  add_unix_socket_flag(app, connection.unix_socket);
  add_resolve_flag(app, connection.host_addresses);
  add_size_flag(app, "--paceline_max_response", connection.max_response,
                "Longest response, streamed or not, such as 1MB. A longer response fails, so that "
                "no server can fill the memory [64MiB]");
  add_size_flag(app, "--paceline_memory", connection.memory,
                "Limit on the memory of all response bodies in flight and of their decoders, such "
                "as 500MB. Above the limit the longest response fails. Parsing needs additional "
                "memory [1GiB]");
}

}  // namespace paceline::programs
