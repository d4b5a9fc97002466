#include <endpoint/generator.h>

namespace paceline::endpoint {

Generator::Generator(const EndpointOptions& options, HeldRequests& held)
    : held_(held),
      capacity_(options.concurrency, options.queue),
      latency_(latency_model(options)),
      token_time_(token_time_model(options)),
      whole_takes_token_time_(options.token_time.has_value()) {}

void Generator::enter(Request& request) {
  request.due = TimePoint::max();
  capacity_.enter(request, request.capacity_place);
  if (request.capacity_place.is_served()) generate(request, request.arrived);
}

void Generator::leave(Request& request) {
  if (Request* next = capacity_.leave(request.capacity_place)) generate(*next, Clock::now());
}

void Generator::generate(Request& request, TimePoint from) {
  const Generation& generation = request.generation;
  auto due = from + request.first_token_time;
  if (generation.streams) {
    request.stream.start(generation, *request.format, due, token_time_);
  } else if (whole_takes_token_time_) {
    due += token_time_.sum(generation.tokens - 1);
  }
  held_.set_due(request, due);
}

}  // namespace paceline::endpoint
