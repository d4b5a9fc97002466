#include <gtest/gtest.h>
#include <programs/remedy.h>

#include <string>
#include <string_view>

namespace paceline::programs {
namespace {

std::string sentence(ErrorCode code) {
  return with_remedy({code, "fact"});
}

TEST(Remedy, FollowsTheFacts) {
  EXPECT_EQ(with_remedy({ErrorCode::disk_full, "7 requests are not in the log 'a'"}),
            "7 requests are not in the log 'a'; free disk space, then rerun with "
            "--paceline_resume");
}

TEST(Remedy, IsLeftOutWhereTheMessageSaysAll) {
  for (const ErrorCode code :
       {ErrorCode::invalid_value, ErrorCode::file_unreadable, ErrorCode::file_unwritable,
        ErrorCode::bad_line, ErrorCode::listen_failed}) {
    EXPECT_EQ(sentence(code), "fact");
  }
}

TEST(Remedy, NamesTheFlagsOfALog) {
  EXPECT_EQ(sentence(ErrorCode::not_a_log), "fact; name a file that --paceline_log has written");
  EXPECT_EQ(sentence(ErrorCode::log_has_no_run),
            "fact; leave the file out, or give it to --paceline_log instead of --paceline_resume");
  EXPECT_EQ(sentence(ErrorCode::log_of_another_job),
            "fact; repeat the flags of the earlier run, or begin a new log with --paceline_log");
  EXPECT_EQ(sentence(ErrorCode::log_incomplete),
            "fact; make the log writable, then rerun with --paceline_resume");
}

TEST(Remedy, TellsWhatToDoAboutALogFile) {
  EXPECT_EQ(sentence(ErrorCode::log_unusable),
            "fact; name a log of paceline, or a new file in a writable folder");
  EXPECT_EQ(sentence(ErrorCode::log_too_new), "fact; use that version, or name another file");
  EXPECT_EQ(sentence(ErrorCode::log_unreadable),
            "fact; check the disk, or restore the file from a copy");
  EXPECT_EQ(sentence(ErrorCode::log_unwritable),
            "fact; check that the file is in place and that its disk has space");
}

TEST(Remedy, NamesTheFlagOfAServerThatABatchFileNames) {
  EXPECT_EQ(sentence(ErrorCode::line_names_server),
            "fact; give only the path of the URL, and name the server with --paceline_url");
}

void expect_remedy(ErrorCode code, long status, std::string_view words) {
  const std::string remedy = with_remedy({code, "it failed", status}, "MY_KEY");
  EXPECT_NE(remedy.find(words), std::string::npos) << status << ": " << remedy;
}

TEST(Remedy, FitsTheError) {
  expect_remedy(ErrorCode::connect_failed, 0, "server is up");
  expect_remedy(ErrorCode::timed_out, 0, "--paceline_timeout");
  expect_remedy(ErrorCode::request_refused, 400, "leave out");
  expect_remedy(ErrorCode::request_refused, 401, "MY_KEY");
  expect_remedy(ErrorCode::request_refused, 402, "credit");
  expect_remedy(ErrorCode::request_refused, 403, "may use");
  expect_remedy(ErrorCode::request_refused, 404, "--paceline_model");
  expect_remedy(ErrorCode::request_refused, 422, "leave out");
  expect_remedy(ErrorCode::request_refused, 451, "check the URL");
  expect_remedy(ErrorCode::server_failed, 503, "try again later");
  expect_remedy(ErrorCode::unexpected_response, 308, "the URL that it redirects to");
}

TEST(Remedy, NamesTheFlagOfALimit) {
  expect_remedy(ErrorCode::lookup_timed_out, 0, "--paceline_timeout");
  expect_remedy(ErrorCode::response_too_large, 200, "--paceline_max_response");
  expect_remedy(ErrorCode::memory_exceeded, 200, "--paceline_memory");
  expect_remedy(ErrorCode::not_carried, 0, "use --paceline_transport=curl");
  expect_remedy(ErrorCode::certificate_untrusted, 0, "--paceline_ca");
  expect_remedy(ErrorCode::certificates_unreadable, 0, "give --paceline_ca a file with PEM");
  expect_remedy(ErrorCode::not_signed, 0, "libcurl 8.16");
  expect_remedy(ErrorCode::aws_scope_unknown, 0, "--paceline_aws=REGION:SERVICE");
  expect_remedy(ErrorCode::client_certificate_required, 0, "--paceline_cert");
  expect_remedy(ErrorCode::client_certificate_refused, 0, "--paceline_cert");
  expect_remedy(ErrorCode::client_certificate_unusable, 0, "--paceline_key");
  expect_remedy(ErrorCode::client_key_encrypted, 0, "decrypt it");
  expect_remedy(ErrorCode::http3_missing, 0, "--paceline_http=3");
  expect_remedy(ErrorCode::socket_failed, 0, "--paceline_unix_socket");
  expect_remedy(ErrorCode::socket_queue_full, 0, "--paceline_parallel");
  expect_remedy(ErrorCode::interface_unusable, 0, "`ip address` lists");
  expect_remedy(ErrorCode::interface_of_other_family, 0, "--paceline_interface");
  expect_remedy(ErrorCode::lookup_failed, 0, "--paceline_resolve");
  expect_remedy(ErrorCode::objective_missed, 0, "--paceline_rpm");
  expect_remedy(ErrorCode::no_descriptor, 0, "ulimit -n");
  expect_remedy(ErrorCode::rank_lost, 0, "--paceline_resume");
  expect_remedy(ErrorCode::ranks_differ, 0, "mpirun -x");
}

TEST(Remedy, AStopNeedsNone) {
  EXPECT_EQ(with_remedy({ErrorCode::stopped, "stopped"}), "stopped");
}

TEST(Remedy, WhatA200TellsCountsAsSuch) {
  expect_remedy(ErrorCode::rate_limited, 200, "--paceline_rpm");
  expect_remedy(ErrorCode::server_failed, 200, "--paceline_retries");
  expect_remedy(ErrorCode::unexpected_response, 200, "OpenAI-compatible");
}

}  // namespace
}  // namespace paceline::programs
