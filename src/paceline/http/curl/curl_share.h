#pragma once

#include <curl/curl.h>

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <paceline/http/curl/trusted_store.h>
#include <paceline/http/target.h>

namespace paceline::http::curl {

/// What the transports of one factory share: the sessions of TLS connections, with which a
/// handshake costs a fraction, the trusted authorities, and what is known of servers. For any
/// thread.
class CurlShare {
 public:
  CurlShare();
  CurlShare(const CurlShare&) = delete;
  CurlShare& operator=(const CurlShare&) = delete;

  /// For CURLOPT_SHARE.
  CURLSH* raw() const { return share_.get(); }
  TrustedStore& trusted() { return trusted_; }

  /// Whether the server's last response over TLS was in HTTP/2; nothing: there was none.
  std::optional<bool> speaks_http_2(const Target& target) const;
  void note_http_2(const Target& target, bool is_http_2);

 private:
  struct Cleanup {
    void operator()(CURLSH* share) const { curl_share_cleanup(share); }
  };

  static void lock(CURL*, curl_lock_data data, curl_lock_access, void* share) noexcept;
  static void unlock(CURL*, curl_lock_data data, void* share) noexcept;

  TrustedStore trusted_;
  mutable std::mutex mutex_;
  /// By host and port.
  std::map<std::string, bool> http_2_;
  /// For libcurl, by what is locked.
  std::array<std::mutex, CURL_LOCK_DATA_LAST> locks_;
  std::unique_ptr<CURLSH, Cleanup> share_;
};

}  // namespace paceline::http::curl
