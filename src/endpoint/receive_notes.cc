#include <endpoint/receive_notes.h>
#include <paceline/loop/sockets.h>
#include <sys/epoll.h>

#include <array>
#include <cstddef>

namespace paceline::endpoint {

ReceiveNotes::ReceiveNotes() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

void ReceiveNotes::add(ReceiveNote& note) {
  loop::note_receive_times(note.descriptor);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = &note;
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, note.descriptor, &event);
}

void ReceiveNotes::remove(const ReceiveNote& note) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, note.descriptor, nullptr);
}

void ReceiveNotes::look() {
  std::array<epoll_event, 256> events;
  int count = 0;
  do {
    count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
      auto& note = *static_cast<ReceiveNote*>(events[static_cast<std::size_t>(i)].data.ptr);
      note.when = loop::receive_time(note.descriptor);
    }
  } while (count == static_cast<int>(events.size()));
}

}  // namespace paceline::endpoint
