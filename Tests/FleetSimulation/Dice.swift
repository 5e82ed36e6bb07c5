/// Reproducible draws for the simulation.
package struct Dice {
  private var state: UInt64

  package init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678 }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
  package mutating func chance(_ probability: Double) -> Bool { uniform() < probability }
  package mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }
}
