internal import TaskGraph

extension Scheduler {
  /// Bytes the next attempt at a task asks for: as predicted, more after it ran out of memory.
  func request(_ task: Int) -> Int {
    settings.request(predicted: tasks[task].memory, failures: tasks[task].failures[.outOfMemory] ?? 0)
  }

  /// The room of a worker, made when its first worker comes.
  mutating func room(of index: Int) -> Int {
    let facts = workers[index].facts
    let key: String, capacity: Int
    if let own = facts.ownMemory {
      (key, capacity) = ("worker \(workers[index].name)", own)
    } else if let memory = facts.memory {
      (key, capacity) = ("host \(facts.host)", memory)
    } else {
      return 0
    }
    if let known = roomIndexes[key] {
      rooms[known].capacity = capacity
      return known
    }
    rooms.append(Room(capacity: capacity))
    roomIndexes[key] = rooms.count - 1
    return rooms.count - 1
  }

  /// Whether a worker's room has place for a task beside what its other workers hold. What is larger than every room
  /// runs alone in the largest.
  func fits(_ task: Int, _ worker: Int, reserved: Int) -> Bool {
    let room = rooms[workers[worker].room]
    guard let capacity = room.capacity else { return true }
    let wanted = request(task)
    let others = room.used - workers[worker].request
    if wanted > capacity {
      return capacity == largestCapacity && others == 0 && workers[worker].held.isEmpty
    }
    return others + max(wanted, workers[worker].request) + reserved <= capacity
  }

  /// Capacity of the largest room that has workers; nil if one is without limit.
  private var largestCapacity: Int? {
    var largest = 0
    for room in rooms where room.hereCount > 0 {
      guard let capacity = room.capacity else { return nil }
      largest = max(largest, capacity)
    }
    return largest
  }

  /// The room that a task without place waits for: the one with least to wait for among those large enough.
  func reserve(_ task: Int) -> (room: Int, bytes: Int)? {
    let largest = largestCapacity
    let wanted = min(request(task), largest ?? .max)
    var best: (room: Int, free: Int)?
    for index in rooms.indices where rooms[index].hereCount > 0 {
      guard let capacity = rooms[index].capacity, capacity >= wanted else { continue }
      let free = capacity - rooms[index].used
      if best.map({ free > $0.free }) ?? true { best = (index, free) }
    }
    return best.map { ($0.room, wanted) }
  }
}
