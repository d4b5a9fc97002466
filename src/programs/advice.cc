#include <programs/advice.h>

#include <fmt/format.h>

namespace paceline {
namespace {

constexpr const char* usual_advice = "check the URL, and that the server is up";

std::string advice_for_status(long status, const std::string& api_key_env) {
  switch (status) {
    case 400:
    case 422:
      return "change or leave out what the server refuses: --help names the flags of the request";
    case 401:
      return "set a key that it takes in " + api_key_env;
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
      return usual_advice;
  }
}

}  // namespace

std::string advice_for(Failure failure, long status, const std::string& api_key_env) {
  switch (failure) {
    case Failure::connect:
      return usual_advice;
    case Failure::timeout:
      return "check that the server answers, or give it longer with --paceline_timeout";
    case Failure::reset:
      return "check that the URL's scheme and port are right, and the server's log";
    case Failure::http_429:
      return "wait, lower --paceline_rpm, or have it tried again with --paceline_retries";
    case Failure::http_5xx:
      return "try again later, have it tried again with --paceline_retries, or see the server's "
             "log";
    case Failure::http_4xx:
      return advice_for_status(status, api_key_env);
    case Failure::bad_response:
      if (status >= 300 && status < 400)
        return "give the URL that it redirects to, without /chat/completions";
      return "check that the URL is that of an OpenAI-compatible API, and the server's log";
    case Failure::other:
      return usual_advice;
  }
  return usual_advice;
}

}  // namespace paceline
