#pragma once

#include <cstddef>

#include <paceline/http/transport.h>

namespace paceline {

/// Makes transports of this kind.
TransportFactory transport_factory(TransportKind kind);

/// How many descriptors a run with so many requests in flight opens at most, for hosts by number.
std::size_t descriptors_for(TransportKind kind, std::size_t parallel);

}  // namespace paceline
