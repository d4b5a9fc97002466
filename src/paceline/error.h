#pragma once

#include <string>

namespace paceline {

/// The kinds of errors. A program chooses the remedy by the code. Only programs name flags.
enum class ErrorCode {
  /// A text from the user is not a valid value.
  invalid_value,
  file_unreadable,
  file_unwritable,
  disk_full,

  // Logs.
  /// A log cannot be opened for writing.
  log_unusable,
  /// The file contains no log.
  not_a_log,
  /// A newer version of paceline wrote the log.
  log_too_new,
  log_unreadable,
  log_unwritable,
  log_has_no_run,
  log_of_another_job,
  /// The log lacks requests that were sent.
  log_incomplete,

  // Batch files.
  /// A line of a batch file is not a request.
  bad_line,
  /// The URL of a line of a batch file names a server.
  line_names_server,

  // The system.
  /// This process or the system can open no further descriptor.
  no_descriptor,
  /// Another socket listens on the port.
  port_in_use,
  /// The system refused a call for another reason.
  system_error,

  // Requests without a whole response.
  /// The system found no address of the host.
  lookup_failed,
  lookup_timed_out,
  connect_failed,
  /// No connection to a Unix socket could be made.
  socket_failed,
  /// The queue of connections to a Unix socket is full.
  socket_queue_full,
  /// No connection can leave from an address or a network interface: this machine does not have it.
  interface_unusable,
  /// No address of the host has the family (IPv4 or IPv6) of an address from which connections
  /// leave.
  interface_of_other_family,
  timed_out,
  /// The run ended the request on purpose.
  cancelled,
  connection_reset,
  /// A response is longer than the limit.
  response_too_large,
  /// The responses in flight together exceed the memory limit.
  memory_exceeded,
  /// The response is not HTTP, or contradicts itself.
  malformed_response,
  /// The response has an unrequested Content-Encoding that paceline cannot decode.
  unwanted_encoding,
  /// The transport cannot carry the request; another one may.
  not_carried,
  /// libcurl cannot sign requests to the URL.
  not_signed,
  /// The host does not say the region and the service for which to sign.
  aws_scope_unknown,
  /// No TLS connection could be made, for a reason that has no code of its own.
  tls_failed,
  /// The server refused the TLS handshake.
  tls_refused,
  /// The server does not speak TLS on that port.
  tls_missing,
  /// The server has no TLS version that paceline accepts.
  tls_too_old,
  client_certificate_required,
  /// The server does not accept the client's certificate.
  client_certificate_refused,
  /// The files with the client's certificate and key do not contain them, or the two do not match.
  client_certificate_unusable,
  client_key_encrypted,
  certificate_expired,
  certificate_not_yet_valid,
  /// Neither the certificate nor an authority that signed it is trusted.
  certificate_untrusted,
  /// The server's certificate is for another host.
  certificate_of_other_host,
  /// The file with the certificates to trust cannot be read.
  certificates_unreadable,

  // Responses that are failures. Error::status has the HTTP status.
  /// Status 429, or an error that means the same.
  rate_limited,
  /// Another status from 400 to 499.
  request_refused,
  /// Status 500 or higher, or an error that means the same.
  server_failed,
  /// The response is not as the API defines it, or redirects elsewhere.
  unexpected_response,
  /// A request failed for a reason that has no code of its own.
  request_failed,

  // Runs.
  /// The run was stopped before the request was answered.
  stopped,
  /// No rate met the objective.
  objective_missed,

  /// The objective has a time that only streams have, and the workload does not stream.
  not_streamed,
  /// The objective has a time that only retries have, and the run allows none.
  no_retries,
  /// HTTP/2 was requested, but the server does not support it.
  http2_missing,
  /// HTTP/3 was requested, but libcurl does not support it.
  http3_missing,
  /// A larger share of a run's requests failed than is allowed.
  too_many_failures,
  /// The server asked for longer waits before retries than the run allows.
  retry_wait_too_long,
  /// Many responses did not have the requested length.
  uneven_lengths,
  /// Some runs have no result.
  runs_failed,

  // Programs of several processes.
  /// A process of the program has died, or was silent for too long.
  rank_lost,
  /// The processes of the program have different flags or versions.
  ranks_differ,

  // The endpoint.
  /// The system refused to listen, for a reason that has no code of its own.
  listen_failed,
  /// A Unix socket cannot be made at the path.
  socket_path_unusable,
  /// The endpoint was asked for TLS, but libmicrohttpd has none.
  endpoint_tls_missing,
  /// The files with the endpoint's certificate and key cannot be read or do not contain them, the
  /// two do not match, or the key is encrypted.
  endpoint_certificate_unusable,
};

/// The error of a failed call or request.
struct Error {
  /// The kind of error.
  ErrorCode code = ErrorCode::invalid_value;
  /// The facts for people: in lower case, without a full stop, without a remedy that names a flag.
  /// May hold text from outside, so pass it through the gate.
  std::string message{};
  /// The HTTP status of the response that failed; 0: no response.
  long status = 0;
};

}  // namespace paceline
