#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "parsed_workloads.h"

namespace paceline::programs {
namespace {

TEST(WorkloadFlagsTest, ABodyIsARegularFileOfABoundedSize) {
  const auto says = [](const std::string& path, const std::string& words) {
    const std::string why =
        refusal({"--paceline_http_url=http://host/", "--paceline_http_body=" + path});
    EXPECT_NE(why.find("--paceline_http_body: " + path), std::string::npos) << why;
    EXPECT_NE(why.find(words), std::string::npos) << why;
  };
  says("/dev/zero", "not a regular file");
  says("/no/such/file", "cannot be opened");
  says("/tmp", "is a folder");
  const std::string path =
      std::filesystem::temp_directory_path() / ("workload_flags_body." + std::to_string(getpid()));
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  says(path, "not a regular file");
  std::filesystem::remove(path);
  std::ofstream(path) << "{}";
  std::filesystem::resize_file(path, (64U << 20U) + 1);
  says(path, "has 65 MiB");
  std::filesystem::remove(path);
}

class BatchFlagTest : public testing::Test {
 protected:
  ~BatchFlagTest() override { std::filesystem::remove(path_); }

  std::string path_ = std::filesystem::temp_directory_path() /
                      ("workload_flags_test." + std::to_string(getpid()) + ".jsonl");
  std::string flag_ = "--paceline_batch=" + path_;
  std::string line_ = R"({"custom_id":"a","method":"POST","url":"/v1/chat/completions",)"
                      R"("body":{"model":"m","messages":[]}})";
};

TEST_F(BatchFlagTest, MeasuresTheFilesRequests) {
  std::ofstream(path_) << line_ << '\n';
  const auto workloads = workloads_of({flag_});
  ASSERT_EQ(workloads.size(), 1U);
  EXPECT_EQ(workloads[0].size, 1U);
  Request request;
  workloads[0].workload->make(0, request);
  EXPECT_EQ(request.name, "a");
  EXPECT_EQ(request.url, "http://host/v1/chat/completions");
  EXPECT_EQ(names_of({flag_, "--paceline_workload=chat/stream"}),
            (Names{"chat/stream", "batch/replay"}));
}

TEST_F(BatchFlagTest, ABadLineIsASentence) {
  std::ofstream(path_) << line_ << "\n{}\n";
  EXPECT_TRUE(refusal({flag_}).starts_with(path_ + ":2: custom_id")) << refusal({flag_});
  EXPECT_NE(refusal({"--paceline_batch=/no/such.jsonl"}).find("/no/such.jsonl"), std::string::npos);
}

TEST_F(BatchFlagTest, TheSentenceOfAServerInALineNamesTheFlag) {
  std::ofstream(path_) << R"({"custom_id":"a","method":"POST","url":"http://h/v1/responses"})";
  EXPECT_EQ(refusal({flag_}), path_ +
                                  ":1: url \"http://h/v1/responses\" names a server; give only the "
                                  "path of the URL, and name the server with --paceline_url");
}

/// A file of a flag, which is removed again.
class GivenFile {
 public:
  explicit GivenFile(const std::string& content) {
    static int made = 0;
    path_ += '.' + std::to_string(++made);
    std::ofstream(path_) << content;
  }
  ~GivenFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_ =
      std::filesystem::temp_directory_path() / ("workload_flags_given." + std::to_string(getpid()));
};

TEST(GivenFileTest, ToolsAreInEachRequest) {
  const GivenFile tools(R"([{"name":"f","input_schema":{"type":"object"}}])");
  EXPECT_TRUE(asks({"--paceline_tools=" + tools.path()},
                   R"("tools":[{"type":"function","function":{"name":"f")"));
  EXPECT_NE(refusal({"--paceline_tools=" + tools.path(),
                     "--paceline_workload=chat/stream,completions/stream"})
                .find("the workload completions/stream: requests of completions have no tools"),
            std::string::npos);
  EXPECT_NE(refusal({"--paceline_tools=/no/file"}).find("--paceline_tools: /no/file"),
            std::string::npos);
}

TEST(GivenFileTest, AResponseFormatIsInEachRequest) {
  const GivenFile schema(R"({"type":"object"})");
  EXPECT_TRUE(asks({"--paceline_response_format=" + schema.path()},
                   R"("response_format":{"type":"json_schema")"));
  EXPECT_NE(refusal({"--paceline_response_format=/tmp"}).find("--paceline_response_format: /tmp"),
            std::string::npos);
}

TEST(GivenFileTest, ATemplateBecomesTheBody) {
  const GivenFile body(R"({"input":"{prompt}","model":"{model}"})");
  const Names arguments{"--paceline_template=" + body.path(),
                        "--paceline_template_path=/api/generate",
                        "--paceline_template_text=/response",
                        "--paceline_model=m",
                        "--paceline_system=",
                        "--paceline_nonce=none",
                        "--paceline_prompt=say {n}"};
  const auto with_workload = [&arguments](const std::string& name) {
    Names all = arguments;
    all.push_back("--paceline_workload=" + name);
    return all;
  };
  const Request request = first_request(with_workload("template/post"));
  EXPECT_EQ(request.url, "http://host/v1/api/generate");
  EXPECT_EQ(request.body, R"({"input":"say 0","model":"m"})");
  EXPECT_TRUE(first_request(with_workload("template/stream")).is_streamed);
  EXPECT_EQ(names_of(with_workload("template/stream")), (Names{"template/stream"}));
}

TEST(GivenFileTest, ATemplateAndItsWorkloadNeedEachOther) {
  EXPECT_NE(refusal({"--paceline_workload=template/post"}).find("needs --paceline_template"),
            std::string::npos);
  const GivenFile body("{}");
  EXPECT_NE(
      refusal({"--paceline_template=" + body.path()}).find("--paceline_workload=template/post"),
      std::string::npos);
  const GivenFile broken("{");
  EXPECT_NE(refusal({"--paceline_workload=template/post", "--paceline_template=" + broken.path()})
                .find("the workload template/post: the body is not a JSON object"),
            std::string::npos);
}

}  // namespace
}  // namespace paceline::programs
