#include <gtest/gtest.h>
#include <paceline/log/log_records.h>

namespace paceline::log {
namespace {

using Differences = std::vector<std::string>;

LoggedRun chat(const std::string& workload) {
  return {.name = "chat/complete", .workload = workload, .url = "http://a:1/v1/chat/completions"};
}

Differences of_requests(const std::string& then, const std::string& now) {
  return job_differences(chat(then), chat(now));
}

TEST(JobTest, TheSameJobHasNoDifferences) {
  const LoggedRun run = chat(R"({"n":1})");
  LoggedRun later = run;
  later.rpm = 60;
  later.requests = 100;
  later.resumed = true;
  EXPECT_EQ(job_differences(run, later), Differences{});
  EXPECT_TRUE(same_job(run, later));
}

TEST(JobTest, EachDifferenceIsNamed) {
  LoggedRun then = chat(R"({"model":"m","max_tokens":16,"messages":[{"content":"a"}]})");
  LoggedRun now = chat(R"({"model":"n","max_tokens":32,"messages":[{"content":"b"}]})");
  then.model = "m";
  now.model = "n";
  now.url = "http://b:1/v1/chat/completions";
  EXPECT_EQ(job_differences(then, now),
            (Differences{"the URL was http://a:1/v1/chat/completions and is "
                         "http://b:1/v1/chat/completions",
                         "the model was 'm' and is 'n'", "max_tokens was 16 and is 32",
                         "messages differs"}));
  EXPECT_FALSE(same_job(then, now));
}

TEST(JobTest, EachPartOfAJobCounts) {
  const LoggedRun run = chat("{}");
  LoggedRun other = run;
  other.name = "chat/stream";
  EXPECT_EQ(job_differences(run, other),
            Differences{"the workload was chat/complete and is chat/stream"});
  EXPECT_FALSE(same_job(run, other));
  other = run;
  other.model = "m";
  EXPECT_EQ(job_differences(run, other), Differences{"the model was '' and is 'm'"});
  EXPECT_FALSE(same_job(run, other));
  other = run;
  other.url += "?#0123456789abcdef";
  EXPECT_EQ(job_differences(run, other), Differences{"the query of the URL differs"});
  EXPECT_FALSE(same_job(run, other));
  other.url.clear();
  EXPECT_EQ(job_differences(other, run).size(), 1);
  EXPECT_FALSE(same_job(run, other));
}

TEST(JobTest, AFieldThatOnlyOneSideHas) {
  EXPECT_EQ(of_requests("{}", R"({"max_tokens":16})"),
            Differences{"max_tokens was not set and is 16"});
  EXPECT_EQ(of_requests(R"({"stream":true})", "{}"), Differences{"stream was true and is not set"});
}

TEST(JobTest, HashesAndLongTextsAreNotShown) {
  EXPECT_EQ(of_requests(R"({"body":"#1"})", R"({"body":"#2"})"), Differences{"body differs"});
  EXPECT_EQ(of_requests(R"({"input":"a"})", R"({"input":")" + std::string(100, 'b') + "\"}"),
            Differences{"input differs"});
}

TEST(JobTest, WhatIsNoJsonDiffersAsAWhole) {
  EXPECT_EQ(of_requests("f1", "f2"), Differences{"the requests differ"});
  EXPECT_EQ(of_requests(R"({"a":1,"b":2})", R"({"b":2,"a":1})").size(), 1);
}

TEST(JobTest, TheFirstRequestOfAFileThatDiffers) {
  const std::string then = R"({"lines":{"count":3,"each":1,"hashes":["1","2","3"]}})";
  EXPECT_EQ(of_requests(then, R"({"lines":{"count":3,"each":1,"hashes":["1","4","4"]}})"),
            Differences{"request 2 of the file differs"});
  EXPECT_EQ(of_requests(then, R"({"lines":{"count":4,"each":1,"hashes":["1","2","3","4"]}})"),
            Differences{"the file had 3 lines and has 4"});
  EXPECT_EQ(of_requests(R"({"lines":{"count":5,"each":2,"hashes":["1","2","3"]}})",
                        R"({"lines":{"count":5,"each":2,"hashes":["1","2","4"]}})"),
            Differences{"request 5 of the file differs"});
  EXPECT_EQ(of_requests(R"({"lines":{"count":6,"each":2,"hashes":["1","2","3"]}})",
                        R"({"lines":{"count":6,"each":2,"hashes":["1","4","3"]}})"),
            Differences{"one of the requests 3 to 4 of the file differs"});
}

TEST(JobTest, DamagedHashesAreADifference) {
  const std::string now = R"({"lines":{"count":1,"each":1,"hashes":["1"]}})";
  for (const std::string then :
       {R"({"lines":7})", R"({"lines":{"count":1}})", R"({"lines":{"count":1,"hashes":3}})"}) {
    EXPECT_EQ(of_requests(then, now).size(), 1) << then;
    EXPECT_EQ(of_requests(now, then).size(), 1) << then;
  }
}

}  // namespace
}  // namespace paceline::log
