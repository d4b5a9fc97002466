#include <endpoint/server.h>

#include <utility>

namespace paceline::endpoint {

Server::Server(loop::Loop& loop, EndpointOptions options)
    : options_(std::move(options)),
      record_(options_.record_arrivals),
      loop_(loop),
      wakeup_(loop_, [this] { loop_.stop(); }),
      connections_(loop_, options_, stopping_),
      held_(loop_, connections_, stopping_),
      handler_(options_, connections_, held_, record_, stopping_) {}

// The daemons call the handler while they stop.
Server::~Server() {
  connections_.close();
}

Result<void> Server::listen() {
  if (auto opened = held_.open(); !opened) return opened;
  return connections_.listen(
      {.handler = &handler_,
       .on_request = &RequestHandler::on_request,
       .on_completed = &RequestHandler::on_completed,
       .on_served = [this] { held_.send_due(); },
       .on_hang_up = [this](Request& request) { return held_.abandon(request); }});
}

void Server::run() {
  loop_.run();
  held_.resume_all();
  connections_.close();
}

void Server::stop() {
  stopping_ = true;
  wakeup_.send();
}

}  // namespace paceline::endpoint
