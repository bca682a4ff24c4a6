using RobotRL.Calibration.Boards;
using RobotRL.Calibration.Sources;
using RobotRL.Model;

namespace RobotRL.Calibration.Tests;

/// <summary>Boards and where they are held.</summary>
internal static class Views
{
    public static readonly BoardDescription Chessboard = BoardDescription.Parse("chessboard:9x6:0.025");
    public static readonly BoardDescription Charuco = BoardDescription.Parse("charuco:8x6:0.030:0.022");

    public static BoardDescription Board(string kind) => kind == "charuco" ? Charuco : Chessboard;

    /// <summary>Poses of a board all over the image, tilted, near and far; a whole board is always in view.</summary>
    public static Pose[] AllOver(BoardDescription board, CameraIntrinsics camera, int count, ulong seed = 3)
    {
        var (random, poses) = (new SplitMix64(seed), new List<Pose>());
        while (poses.Count < count)
        {
            var z = random.NextUniform(0.35, 0.7);
            var (u, v) = (random.NextUniform(40, camera.WidthPx - 40), random.NextUniform(40, camera.HeightPx - 40));
            var middle = new Vector3D((u - camera.Cx) / camera.Fx, (v - camera.Cy) / camera.Fy, 1) * z;
            var turn = Rotation.AboutZ(random.NextUniform(-0.3, 0.3))
                * Rotation.FromVector(new(random.NextUniform(-0.6, 0.6), random.NextUniform(-0.6, 0.6), 0));
            Pose pose = new(middle - turn.Rotate(board.Middle), turn);
            if (Fits(board, camera, pose)) poses.Add(pose);
        }
        return [.. poses];
    }

    public static IEnumerable<CalibrationSample> Render(TrueCamera camera, BoardDescription board, IEnumerable<Pose> poses, double noise = 2) =>
        poses.Select((pose, i) => new CalibrationSample(camera.Render($"{i:00}.png", board, pose, noise, (ulong)i)));

    public static ViewSet Collect(IEnumerable<CalibrationSample> samples, BoardDescription board) => ViewSet.Collect(samples, board, []);

    private static bool Fits(BoardDescription board, CameraIntrinsics camera, Pose pose)
    {
        var (right, bottom) = (board.Columns + 0.2, board.Rows + 0.2);
        foreach (var (column, row) in ((double, double)[])[(-1.2, -1.2), (right, -1.2), (-1.2, bottom), (right, bottom)])
        {
            var p = pose.Transform(new(column * board.EdgeM, row * board.EdgeM, 0));
            var (u, v) = (p.X / p.Z * camera.Fx + camera.Cx, p.Y / p.Z * camera.Fy + camera.Cy);
            if (u < 6 || v < 6 || u > camera.WidthPx - 6 || v > camera.HeightPx - 6) return false;
        }
        return true;
    }
}
