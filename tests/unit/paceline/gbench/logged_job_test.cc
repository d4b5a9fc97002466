#include <gtest/gtest.h>
#include <paceline/gbench/logged_job.h>

namespace paceline::gbench {
namespace {

log::LoggedRun job(const std::string& url, const std::string& embedded = {}) {
  return logged_job({.name = "n", .model = "m", .url = url, .fingerprint = "{}"}, "http://api/v1",
                    embedded);
}

TEST(LoggedJobTest, IsWhatTheWorkloadAsks) {
  const log::LoggedRun run = job("http://host:8000/v1/chat/completions");
  EXPECT_EQ(run.name, "n");
  EXPECT_EQ(run.model, "m");
  EXPECT_EQ(run.workload, "{}");
  EXPECT_EQ(run.host, "host:8000");
  EXPECT_EQ(run.url, "http://host:8000/v1/chat/completions");
}

TEST(LoggedJobTest, AWorkloadWithoutAUrlAsksTheApi) {
  EXPECT_EQ(job("").url, "http://api/v1");
  EXPECT_EQ(job("").host, "api");
}

TEST(LoggedJobTest, KeepsNoUserAndOfAQueryOnlyAHash) {
  EXPECT_EQ(job("https://user:secret@host/a@b").url, "https://host/a@b");
  EXPECT_EQ(job("https://user:secret@host/a@b").host, "host");
  const std::string url = job("https://host/a?key=secret").url;
  EXPECT_TRUE(url.starts_with("https://host/a?#")) << url;
  EXPECT_EQ(url.find("secret"), std::string::npos);
  EXPECT_EQ(job("https://user:x@host?key=secret@").url.find("secret"), std::string::npos);
  EXPECT_NE(job("https://host/a?key=other").url, url);
  EXPECT_EQ(job("https://host/a#part").url, "https://host/a");
}

TEST(LoggedJobTest, TheEmbeddedEndpointIsOneHostAtAnyPort) {
  const log::LoggedRun one =
      job("http://127.0.0.1:4000/v1/chat/completions", "http://127.0.0.1:4000/v1");
  const log::LoggedRun other =
      job("http://127.0.0.1:5000/v1/chat/completions", "http://127.0.0.1:5000/v1");
  EXPECT_EQ(one.host, "embedded endpoint");
  EXPECT_EQ(one.url, "embedded endpoint/chat/completions");
  EXPECT_EQ(one.url, other.url);
  EXPECT_EQ(job("http://127.0.0.1:4000/other", "http://127.0.0.1:5000/v1").host, "127.0.0.1:4000");
}

TEST(ShownHostTest, IsTheUrlsHostUnlessTheEndpointIsEmbedded) {
  EXPECT_EQ(shown_host("https://user:secret@host:8000/v1/chat", ""), "host:8000");
  EXPECT_EQ(shown_host("http://127.0.0.1:4000/v1/chat", "http://127.0.0.1:4000/v1"),
            "embedded endpoint");
  EXPECT_EQ(shown_host("http://127.0.0.1:4000/v1", "http://127.0.0.1:400/v1"), "127.0.0.1:4000");
}

}  // namespace
}  // namespace paceline::gbench
