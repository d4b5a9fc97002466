#include <programs/remedy.h>

#include <string_view>

namespace paceline::programs {
namespace {

constexpr const char* usual_remedy = "check the URL, and that the server is up";

std::string remedy_for_status(long status, const std::string& api_key_env) {
  switch (status) {
    case 400:
    case 422:
      return "change or leave out the field that the server refuses; --help lists the flags of "
             "requests";
    case 401:
      return "set a key that the server accepts in " + api_key_env;
    case 402:
      return "add credit to the account, or use another key";
    case 403:
      return "check what the key and this address may use: the model, the region, the server";
    case 404:
      return "check the URL, which ends before /chat/completions, such as in /v1, and "
             "--paceline_model";
    case 405:
    case 410:
      return "check the URL and its path";
    case 408:
      return "try again, or lower --paceline_parallel";
    case 413:
      return "send a shorter prompt";
    case 415:
      return "check that the URL is that of an OpenAI-compatible API";
    default:
      return usual_remedy;
  }
}

/// Empty for an error that is not about TLS.
std::string_view remedy_for_tls(ErrorCode code) {
  switch (code) {
    case ErrorCode::tls_failed:
      return "check that this port has TLS";
    case ErrorCode::tls_refused:
      return "look for the reason in the server's log";
    case ErrorCode::tls_missing:
      return "use http://, or the port that has TLS";
    case ErrorCode::tls_too_old:
      return "enable TLS 1.2 on the server";
    case ErrorCode::client_certificate_required:
      return "give one with --paceline_cert";
    case ErrorCode::client_certificate_refused:
      return "give --paceline_cert a certificate that the server accepts, with the certificates "
             "between it and its authority";
    case ErrorCode::client_certificate_unusable:
      return "give --paceline_cert a PEM file with the certificate, and --paceline_key one with "
             "its key";
    case ErrorCode::client_key_encrypted:
      return "decrypt it, such as with `openssl pkey -in KEY -out PLAIN`, and give --paceline_key "
             "the result";
    case ErrorCode::certificate_expired:
      return "renew the certificate, or check this machine's clock";
    case ErrorCode::certificate_not_yet_valid:
      return "check the clocks of both machines";
    case ErrorCode::certificate_untrusted:
      return "name the certificate, or its authority's, with --paceline_ca";
    case ErrorCode::certificate_of_other_host:
      return "use the host name that the server's certificate is for";
    case ErrorCode::certificates_unreadable:
      return "give --paceline_ca a file with PEM certificates";
    default:
      return {};
  }
}

/// Remedies for requests without a whole response. Empty for other errors.
std::string_view remedy_for_transport(ErrorCode code) {
  switch (code) {
    case ErrorCode::no_descriptor:
      return "raise the limit on open files (ulimit -n), or lower --paceline_parallel";
    case ErrorCode::socket_failed:
      return "check --paceline_unix_socket, and that the server is up";
    case ErrorCode::socket_queue_full:
      return "raise the server's backlog, or lower --paceline_parallel";
    case ErrorCode::interface_unusable:
      return "give --paceline_interface an address or a network interface of this machine, such as "
             "`ip address` lists";
    case ErrorCode::interface_of_other_family:
      return "give --paceline_interface an address of the host's family";
    case ErrorCode::lookup_failed:
      return "check the host's name and the DNS server, or give the address with "
             "--paceline_resolve";
    case ErrorCode::lookup_timed_out:
      return "check that the DNS server answers, or allow more time with --paceline_timeout";
    case ErrorCode::timed_out:
      return "check that the server answers, or allow more time with --paceline_timeout";
    case ErrorCode::cancelled:
      return "give --paceline_cancel a smaller share or a longer time";
    case ErrorCode::connection_reset:
      return "check that the URL's scheme and port are right, and the server's log";
    case ErrorCode::response_too_large:
      return "ask for a shorter response, or allow a longer one with --paceline_max_response";
    case ErrorCode::memory_exceeded:
      return "allow more with --paceline_memory, or lower --paceline_parallel";
    case ErrorCode::unwanted_encoding:
      return "have the server or its proxy send the response uncompressed";
    case ErrorCode::not_carried:
      return "use --paceline_transport=curl";
    case ErrorCode::not_signed:
      return "change the URL, or use libcurl 8.16 or later";
    case ErrorCode::aws_scope_unknown:
      return "give both with --paceline_aws=REGION:SERVICE";
    default:
      return {};
  }
}

/// Remedies for logs and batch files. Empty for other errors.
std::string_view remedy_for_file(ErrorCode code) {
  switch (code) {
    case ErrorCode::disk_full:
      return "free disk space, then rerun with --paceline_resume";
    case ErrorCode::log_unusable:
      return "name a log of paceline, or a new file in a writable folder";
    case ErrorCode::not_a_log:
      return "name a file that --paceline_log has written";
    case ErrorCode::log_too_new:
      return "use that version, or name another file";
    case ErrorCode::log_unreadable:
      return "check the disk, or restore the file from a copy";
    case ErrorCode::log_unwritable:
      return "check that the file is in place and that its disk has space";
    case ErrorCode::log_has_no_run:
      return "leave the file out, or give it to --paceline_log instead of --paceline_resume";
    case ErrorCode::log_of_another_job:
      return "repeat the flags of the earlier run, or begin a new log with --paceline_log";
    case ErrorCode::log_incomplete:
      return "make the log writable, then rerun with --paceline_resume";
    case ErrorCode::line_names_server:
      return "give only the path of the URL, and name the server with --paceline_url";
    default:
      return {};
  }
}

std::string remedy_for(const Error& error, const std::string& api_key_env) {
  for (const std::string_view remedy :
       {remedy_for_tls(error.code), remedy_for_transport(error.code),
        remedy_for_file(error.code)}) {
    if (!remedy.empty()) return std::string(remedy);
  }
  switch (error.code) {
    case ErrorCode::connect_failed:
    case ErrorCode::request_failed:
      return usual_remedy;
    case ErrorCode::rate_limited:
      return "wait, lower --paceline_rpm, or retry with --paceline_retries";
    case ErrorCode::server_failed:
      return "try again later, retry with --paceline_retries, or see the server's log";
    case ErrorCode::request_refused:
      return remedy_for_status(error.status, api_key_env);
    case ErrorCode::malformed_response:
    case ErrorCode::unexpected_response:
      if (error.status >= 300 && error.status < 400) {
        return "give the URL that it redirects to, without /chat/completions";
      }
      return "check that the URL is that of an OpenAI-compatible API, and the server's log";
    case ErrorCode::not_streamed:
      return "measure a workload that streams, such as --paceline_workload=chat/stream, or give "
             "another condition";
    case ErrorCode::no_retries:
      return "give --paceline_retries too, or another condition";
    case ErrorCode::http2_missing:
      return "leave out --paceline_http=2";
    case ErrorCode::http3_missing:
      return "leave out --paceline_http=3, or install a libcurl that has HTTP/3";
    case ErrorCode::too_many_failures:
      return "or allow a larger share with --paceline_max_error_ratio";
    case ErrorCode::retry_wait_too_long:
      return "allow longer waits with --paceline_max_backoff, or lower --paceline_rpm";
    case ErrorCode::uneven_lengths:
      return "fix the length with --paceline_ignore_eos or --paceline_min_tokens, if the server "
             "supports them, or lower --paceline_max_tokens";
    case ErrorCode::objective_missed:
      return "relax the objective, or start at a lower --paceline_rpm";
    case ErrorCode::rank_lost:
      return "read what mpirun says of it; if the run has logs, paceline_log --salvage makes the "
             "results of all ranks, and --paceline_resume continues the run";
    case ErrorCode::ranks_differ:
      return "start all ranks with the same program, flags and environment; mpirun -x NAME passes "
             "a "
             "variable on to other machines";
    default:
      return {};
  }
}

}  // namespace

std::string with_remedy(const Error& error, const std::string& api_key_env) {
  const std::string remedy = remedy_for(error, api_key_env);
  return remedy.empty() ? error.message : error.message + "; " + remedy;
}

}  // namespace paceline::programs
