#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paceline::gbench {

/// Facts that results depend on, such as versions, hosts, the model and the protocol. Google
/// Benchmark writes these facts into the context of its results, beside its own facts about the
/// machine. Not thread-safe.
class Facts {
 public:
  /// Adds a fact to Google Benchmark's context too. Add each name once.
  void add(const std::string& name, const std::string& value);
  /// Empty: unknown.
  std::string get(const std::string& name) const;
  /// All facts, as a JSON object of texts.
  std::string json() const;

  /// Adds paceline's version and revision, the libraries' versions, the hosts, the transport, and
  /// the precision of departures.
  void add_program(std::string_view hosts, std::string_view transport, std::string_view precision);
  /// Adds the flags that the user set, paceline's and Google Benchmark's, without secrets. Empty:
  /// adds nothing.
  void add_flags(const std::string& flags, const std::string& benchmark_flags);
  /// Adds the HTTP version that was spoken, such as "HTTP/2", the TLS library, or "none" for a URL
  /// without TLS, and for a URL with TLS the trusted authorities. Only the first call counts.
  void add_protocol(const std::string& url, const std::string& http_version,
                    const std::string& authorities);

 private:
  std::map<std::string, std::string> values_;
};

/// Names and versions of the libraries that results depend on.
std::vector<std::pair<std::string, std::string>> library_versions();

}  // namespace paceline::gbench
