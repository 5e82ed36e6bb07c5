import Essentials
import Foundation
import TestSupport
import Testing

/// Recipe `clavaddpm` and its choices on the bundled database, with short trainings.
@Suite("The published recipe on Chinook", .serialized)
struct PublishedRecipeTests {
  private static let data = Fixtures.path("chinook")
  private static let short = [
    "--set", "denoiser.steps=20", "--set", "denoiser.layers=[32, 32]", "--set", "denoiser.batch=256", "--set",
    "denoiser.timesteps=10", "--set", "classifier.steps=10", "--set", "classifier.layers=[32, 16]", "--set",
    "classifier.batch=256", "--set", "evaluation.enabled=false",
  ]
  private static let relations = [
    ("album", "ArtistId", "artist", "ArtistId"), ("customer", "SupportRepId", "employee", "EmployeeId"),
    ("invoice", "CustomerId", "customer", "CustomerId"), ("invoice_line", "TrackId", "track", "TrackId"),
    ("invoice_line", "InvoiceId", "invoice", "InvoiceId"), ("playlist_track", "TrackId", "track", "TrackId"),
    ("playlist_track", "PlaylistId", "playlist", "PlaylistId"),
    ("track", "MediaTypeId", "media_type", "MediaTypeId"), ("track", "GenreId", "genre", "GenreId"),
    ("track", "AlbumId", "album", "AlbumId"),
  ]

  private func run(_ out: String, workers: Int = 2, _ more: [String]) throws -> Program.Result {
    try Program.run(
      ["run", "--data", Self.data, "--out", out, "--workers", "\(workers)", "--quiet"] + Self.short + more)
  }

  private func checkKeys(_ folder: String) throws {
    for (child, column, parent, key) in Self.relations {
      let parents = try CSVTable("\(folder)/\(parent).csv").column(key)
      #expect(Set(parents).count == parents.count, "keys of \(parent)")
      let known = Set(parents)
      #expect(try CSVTable("\(folder)/\(child).csv").column(column).allSatisfy(known.contains), "\(child).\(column)")
    }
  }

  @Test("keys hold, also those of rows below a table with several parents", arguments: ["none", "reference"])
  func keys(compatibility: String) throws {
    let folder = try TemporaryFolder()
    let out = folder.file("run")
    let result = try run(out, ["--recipe", "clavaddpm", "--compatibility", compatibility])
    try #require(result.status == 0, "\(result.errors)")
    try checkKeys("\(out)/synthetic")
  }

  @Test("one, two and three workers write the same bytes, in whatever blocks rows are matched")
  func sameBytes() throws {
    let folder = try TemporaryFolder()
    var found: [[String: Digest]] = []
    for (workers, block) in [(1, 1_000), (2, 300), (3, 100_000)] {
      let out = folder.file("run\(workers)")
      let result = try run(out, workers: workers, ["--recipe", "clavaddpm", "--set", "matching.block=\(block)"])
      try #require(result.status == 0, "\(result.errors)")
      found.append(try Program.digests("\(out)/synthetic"))
    }
    #expect(found[0].count == 11)
    #expect(found[0] == found[1])
    #expect(found[0] == found[2])
  }

  @Test(
    "every choice of the published method can be made alone",
    arguments: [
      ["codec.kind=quantile"], ["codec.kind=quantile", "codec.category_order=frequency"],
      ["denoiser.process=ddpm"], ["denoiser.process=ddpm", "sampling.solver=ancestral", "denoiser.dropout=0.1"],
      ["denoiser.process=ddpm", "sampling.solver=ddim", "denoiser.loss=variational_bound"],
      ["classifier.scale=1"], ["classifier.scale=1", "denoiser.condition=[]"],
      ["labels.method=gmm", "labels.neighbours=all"], ["labels.method=variational"],
      ["structure.kind=group_sizes", "matching.kind=greedy"],
      ["structure.kind=group_sizes", "matching.kind=nearest", "matching.features=raw"],
      ["structure.kind=group_sizes", "matching.kind=none", "calibration.kind=marginals"],
      ["structure.kind=group_sizes", "matching.kind=assignment", "denoiser.condition=[labels, parents]"],
    ])
  func choices(settings: [String]) throws {
    let folder = try TemporaryFolder()
    let out = folder.file("run")
    let result = try run(out, ["--set", "sampling.steps=4"] + settings.flatMap { ["--set", $0] })
    try #require(result.status == 0, "\(result.errors)")
    try checkKeys("\(out)/synthetic")
  }
}
