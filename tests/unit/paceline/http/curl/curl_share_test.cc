#include <gtest/gtest.h>
#include <paceline/http/curl/curl_share.h>
#include <paceline/http/target.h>

#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace paceline::http::curl {
namespace {

TEST(CurlShareTest, KnowsOfEachServerWhetherItSpeaksHttp2) {
  Targets targets({});
  const auto chat = targets.find("https://one.test/v1/chat");
  const auto models = targets.find("https://one.test:443/v1/models?all");
  const auto other_port = targets.find("https://one.test:8443/v1/chat");
  const auto other_host = targets.find("https://two.test/v1/chat");
  CurlShare share;
  EXPECT_EQ(share.speaks_http_2(*chat), std::nullopt);
  share.note_http_2(*chat, true);
  share.note_http_2(*other_host, false);
  EXPECT_EQ(share.speaks_http_2(*chat), true);
  EXPECT_EQ(share.speaks_http_2(*models), true);
  EXPECT_EQ(share.speaks_http_2(*other_port), std::nullopt);
  EXPECT_EQ(share.speaks_http_2(*other_host), false);
  // The newest response counts.
  share.note_http_2(*models, false);
  EXPECT_EQ(share.speaks_http_2(*chat), false);
}

// libcurl counts the handles that use the share, under the lock.
TEST(CurlShareTest, HandlesOfSeveralThreadsUseItAtOnce) {
  struct Cleanup {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  constexpr int rounds = 500'000;
  Targets targets({});
  const auto target = targets.find("https://one.test/");
  CurlShare share;
  const auto use = [&share, &target] {
    const std::unique_ptr<CURL, Cleanup> easy(curl_easy_init());
    for (int i = 0; i < rounds; ++i) {
      curl_easy_setopt(easy.get(), CURLOPT_SHARE, share.raw());
      curl_easy_setopt(easy.get(), CURLOPT_SHARE, nullptr);
    }
    share.note_http_2(*target, true);
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(use);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(share.speaks_http_2(*target), true);
  // libcurl refuses while it counts a handle.
  EXPECT_EQ(curl_share_setopt(share.raw(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION),
            CURLSHE_OK);
}

}  // namespace
}  // namespace paceline::http::curl
