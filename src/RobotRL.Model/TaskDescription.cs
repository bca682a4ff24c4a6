namespace RobotRL.Model;

/// <summary>One camera of a task: what is captured and what of it the policy sees.</summary>
/// <param name="Name">Name in the scene and in the data.</param>
/// <param name="Width">Captured width, pixels.</param>
/// <param name="Height">Captured height, pixels.</param>
/// <param name="CropX">Left edge of the crop, pixels.</param>
/// <param name="CropY">Top edge of the crop, pixels.</param>
/// <param name="CropWidth">Width of the crop, pixels.</param>
/// <param name="CropHeight">Height of the crop, pixels.</param>
/// <param name="Image">The image that the policy sees.</param>
public sealed record CameraDescription(string Name, int Width, int Height, int CropX, int CropY, int CropWidth, int CropHeight, ImageShape Image)
{
    /// <summary>Frames a second in real time, where the camera runs by itself; null for what <see cref="TaskDescription.PeriodNs"/> says.</summary>
    public double? RateHz { get; init; }

    /// <summary>Whether it sees the robot: then a picture that stays the same while the robot moves is a frozen one.</summary>
    public bool SeesRobot { get; init; } = true;

    /// <summary>Where its frames come from; null for the camera of the scene that has its name.</summary>
    public CameraSource? Source { get; init; }

    /// <summary>Its lens, which is taken out of the frames before anything else, and its place where that is known; null where it was not calibrated.</summary>
    public CameraCalibration? Calibration { get; init; }

    /// <summary>Absolute path of the file that this was read from.</summary>
    public string? CalibrationPath { get; init; }

    /// <summary>How far the light may change within an episode; null for any.</summary>
    public LightBounds? Light { get; init; }
}

/// <summary>Which task: each has its own scene, success geometry and scripted expert.</summary>
public enum TaskKind
{
    Reach,
    PegInsert,
    PickLift,
    Maze,
}

/// <summary>An arm among several in a cell. All arms of a cell are alike; each has a place and a name.</summary>
/// <param name="Name">Prefix of its parts in the scene, its columns and its files.</param>
/// <param name="BaseInCell">X_CB: where its base stands.</param>
public sealed record ArmDescription(string Name, Pose BaseInCell);

/// <summary>The arm beside an arm, as that one's gate knows it: of the same kind, and somewhere else.</summary>
/// <param name="BaseInBase">X_BO: the other one's base in this one's base frame.</param>
/// <param name="DistanceM">What stays between parts of the two, m.</param>
public sealed record ArmBeside(Pose BaseInBase, double DistanceM);

/// <summary>A task: scene, action space, cameras, episode length.</summary>
public sealed record TaskDescription
{
    public required TaskKind Kind { get; init; }

    /// <summary>Absolute path of the MJCF scene.</summary>
    public required string ScenePath { get; init; }

    /// <summary>Of the arm; of the first one in a cell with several.</summary>
    public required ActionSpace Actions { get; init; }

    /// <summary>Arms of the cell by name; empty for a single arm without a name.</summary>
    public IReadOnlyList<ArmDescription> Arms { get; init; } = [];

    /// <summary>What stays between parts of two arms, m.</summary>
    public double ArmDistanceM { get; init; }

    /// <summary>The arm beside an arm; null in a cell with one.</summary>
    public ArmBeside? Beside(int arm) =>
        Arms.Count < 2 ? null : new(Arms[arm].BaseInCell.Inverse * Arms[1 - arm].BaseInCell, ArmDistanceM);

    /// <summary>Indices of the arms that a camera may show: the one whose name its own begins with, which carries it, or all.</summary>
    public IReadOnlyList<int> ArmsSeenBy(CameraDescription camera)
    {
        int[] carriers = [.. Arms.Index().Where(arm => camera.Name.StartsWith(arm.Item.Name + "_", StringComparison.Ordinal)).Select(arm => arm.Index)];
        return carriers.Length > 0 ? carriers : [.. Enumerable.Range(0, ArmCount)];
    }

    /// <summary>What is observed of each arm.</summary>
    public IReadOnlyList<ObservationPart> Observed { get; init; } = ObservationLayout.Standard;

    /// <summary>Joints of each arm.</summary>
    public int JointCount { get; init; } = Joints.Max;

    /// <summary>How many arms the cell has.</summary>
    public int ArmCount => Math.Max(1, Arms.Count);

    /// <summary>What an action of the whole cell is made of.</summary>
    public ActionLayout ActionLayout => Arms.Count == 0 ? ActionLayout.Of(Actions) : new([.. Arms.Select(arm => (arm.Name, Actions))]);

    /// <summary>What an observation of the whole cell is made of.</summary>
    public ObservationLayout ObservationLayout =>
        new(Arms.Count == 0 ? [("", JointCount)] : [.. Arms.Select(arm => (arm.Name, JointCount))], Observed,
            [.. Cameras.Select(c => new ImageBlock(c.Name, c.Image))]);

    /// <summary>Empty for a task without vision.</summary>
    public required IReadOnlyList<CameraDescription> Cameras { get; init; }

    /// <summary>End effector in flange: the point that is controlled.</summary>
    public required Pose EndEffectorInFlange { get; init; }

    /// <summary>Length of a decision period, ns.</summary>
    public required long DecisionPeriodNs { get; init; }

    /// <summary>Decisions after which an episode is truncated.</summary>
    public required int MaxSteps { get; init; }

    /// <summary>The start pose is offset uniformly within ± this from home, per axis, m; reached through the gate.</summary>
    public required Vector3D StartOffsetM { get; init; }

    /// <summary>The start yaw is offset uniformly within ± this, rad.</summary>
    public required double StartYawRad { get; init; }

    /// <summary>Oldest image that may be joined to an observation, ns.</summary>
    public required long ImageMaxAgeNs { get; init; }

    /// <summary>
    /// From one frame of a camera to the next where cameras run by themselves, ns. Two and a half periods fit into the largest age of an image unless the
    /// camera's rate is given: the newest frame is up to one period old, and drawing it, or one that is lost, takes time too.
    /// </summary>
    public long PeriodNs(CameraDescription camera) =>
        camera.RateHz is { } rate ? (long)(1e9 / rate) : Math.Max(MinCameraPeriodNs, Math.Min(DecisionPeriodNs / 3, ImageMaxAgeNs * 2 / 5));

    private const long MinCameraPeriodNs = 1_000_000;

    /// <summary>What one proprioceptive unit means; see <see cref="ProprioceptionScale"/>.</summary>
    public required ProprioceptionScale Scale { get; init; }
}

/// <summary>Physical value of a normalised proprioceptive input of 1.</summary>
public sealed record ProprioceptionScale(double PositionM, double RotationRad, double LinearMS, double AngularRadS, double ForceN, double TorqueNm,
    double GripperWidthM);
