#pragma once

#include <curl/curl.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "../started_endpoint.h"

namespace paceline::endpoint {

inline constexpr const char* chat_path = "/v1/chat/completions";
inline constexpr const char* chat_request =
    R"({"model":"m","messages":[{"role":"user","content":"a"}]})";
inline constexpr const char* stream_request =
    R"({"model":"m","messages":[{"role":"user","content":"a"}],"stream":true})";

struct Easy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct Multi {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct List {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

inline std::size_t append(char* data, std::size_t, std::size_t size, void* into) {
  static_cast<std::string*>(into)->append(data, size);
  return size;
}

/// Sends requests to the endpoint with libcurl, and keeps the responses.
class Visitor {
 public:
  explicit Visitor(const Endpoint& endpoint) : Visitor(root_of(endpoint.url())) {}
  /// `root`: the server's URL without a path.
  explicit Visitor(std::string root) : root_(std::move(root)) {
    curl_easy_setopt(raw(), CURLOPT_PROXY, "");
    curl_easy_setopt(raw(), CURLOPT_WRITEFUNCTION, &append);
    curl_easy_setopt(raw(), CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(raw(), CURLOPT_HEADERFUNCTION, &append);
    curl_easy_setopt(raw(), CURLOPT_HEADERDATA, &headers);
  }

  CURL* raw() { return easy_.get(); }

  void aim(const std::string& path) {
    curl_easy_setopt(raw(), CURLOPT_URL, (root_ + path).c_str());
    body.clear();
    headers.clear();
  }
  void aim_post(const std::string& path, const std::string& data) {
    aim(path);
    curl_easy_setopt(raw(), CURLOPT_POSTFIELDSIZE, static_cast<long>(data.size()));
    curl_easy_setopt(raw(), CURLOPT_COPYPOSTFIELDS, data.c_str());
  }
  void header(const std::string& line) {
    list_.reset(curl_slist_append(nullptr, line.c_str()));
    curl_easy_setopt(raw(), CURLOPT_HTTPHEADER, list_.get());
  }

  long get(const std::string& path) {
    aim(path);
    curl_easy_setopt(raw(), CURLOPT_HTTPGET, 1L);
    return perform();
  }
  long head(const std::string& path) {
    aim(path);
    curl_easy_setopt(raw(), CURLOPT_NOBODY, 1L);
    return perform();
  }
  long post(const std::string& path, const std::string& data) {
    aim_post(path, data);
    return perform();
  }
  long connections() { return number(CURLINFO_NUM_CONNECTS); }
  long number(CURLINFO what) {
    long value = 0;
    curl_easy_getinfo(raw(), what, &value);
    return value;
  }

  std::string body;
  std::string headers;

 private:
  long perform() {
    const auto code = curl_easy_perform(raw());
    EXPECT_EQ(code, CURLE_OK) << curl_easy_strerror(code);
    return number(CURLINFO_RESPONSE_CODE);
  }

  static std::string root_of(const std::string& url) { return url.substr(0, url.rfind('/')); }

  std::string root_;
  std::unique_ptr<CURL, Easy> easy_{curl_easy_init()};
  std::unique_ptr<curl_slist, List> list_;
};

}  // namespace paceline::endpoint
