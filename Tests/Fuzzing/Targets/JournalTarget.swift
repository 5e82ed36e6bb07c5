import CSystemShims
import Fleet
import Foundation

/// Journals: lines with checksums, and the history they tell.
package struct JournalTarget: FuzzTarget {
  package static let name = "journal"
  package static let fullCount = 1_000_000

  private let mutator = Mutator(
    samples: RecordSamples.journal, words: ["\"kind\":\"end\"", "\"lost\"", "\"snapshot\"", "\"attempt\":"])

  package init() {}

  package func input(_ random: inout FuzzRandom) -> [[UInt8]] {
    var file: [UInt8] = []
    for number in 1...(1 + random.below(6)) {
      let record = mutator.input(&random)
      let said = random.once(in: 32) ? Int(truncatingIfNeeded: random.next()) : number
      var line = Array("{\"number\":\(said),\"record\":".utf8) + record + [0x7D]
      var checksum = line.withUnsafeBytes { clava_crc32c(0, $0.baseAddress, $0.count) }
      if random.once(in: 64) { checksum ^= 1 << UInt32(random.below(32)) }
      let digits = String(checksum, radix: 16)
      line = Array((String(repeating: "0", count: 8 - digits.count) + digits + " ").utf8) + line + [0x0A]
      file += line
    }
    if random.once(in: 8) { mutator.damage(&file, &random) }
    return [file]
  }

  package func accepts(_ parts: [[UInt8]]) throws -> Bool {
    try Self.isAccepted { _ = try RecordForm.takeJournal(Data(parts[0])) }
  }
}
