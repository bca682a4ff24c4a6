using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>Reads <c>operator</c> and <c>learner</c>.</summary>
internal static class LearnerSection
{
    public static OperatorParameters ReadOperator(Section s) => new()
    {
        ActionNoise = s.Number("action_noise", 0, 1),
        ReactionTimeS = s.Number("reaction_time_s", 0, 2, "s"),
        MinimumHoldS = s.Number("minimum_hold_s", 0, 10, "s"),
        StallTimeS = s.Number("stall_time_s", 0.1, 60, "s"),
        StallProgress = s.Number("stall_progress", 0.001, 1),
        HandBackProgress = s.Number("hand_back_progress", 0.001, 1),
        ForceN = s.Number("force_n", 0.1, 1000, "N"),
        Demonstrations = s.Integer("demonstrations", 0, 10_000),
    };

    public static LearnerParameters ReadLearner(Section s)
    {
        var learner = new LearnerParameters
        {
            Method = s.Choice("method", ("rlpd", LearningMethod.Rlpd), ("behaviour_cloning", LearningMethod.BehaviourCloning),
                ("hg_dagger", LearningMethod.HgDagger)),
            Encoder = s.Choice("encoder", ("none", EncoderKind.None), ("convolutional", EncoderKind.Convolutional), ("resnet10", EncoderKind.ResNet10)),
            EncoderWeightsPath = s.Has("encoder_weights") ? s.ExistingFile("encoder_weights", WeightsFile.ContentHash) : null,
            EncoderChannels = s.Integers("encoder_channels", 1, 6, 1, 1024),
            BatchSize = s.Integer("batch_size", 2, 65_536),
            CriticUpdatesPerActorUpdate = s.Integer("critic_updates_per_actor_update", 1, 100),
            Discount = s.Number("discount", 0, 0.9999),
            LearningRate = s.Number("learning_rate", 1e-7, 0.1),
            TargetRate = s.Number("target_rate", 1e-6, 1),
            PolicyAverageRate = s.Has("policy_average_rate") ? s.Number("policy_average_rate", 1e-6, 1) : null,
            EnsembleSize = s.Integer("ensemble_size", 1, 32),
            EnsembleSubset = s.Integer("ensemble_subset", 1, 32),
            EntropyBackup = s.Boolean("entropy_backup"),
            InitialTemperature = s.Number("initial_temperature", 1e-6, 10),
            TargetEntropyScale = s.Number("target_entropy_scale", -10, 10),
            HiddenSizes = s.Integers("hidden_sizes", 1, 8, 1, 4096),
            ImageLatent = s.Integer("image_latent", 1, 4096),
            ProprioceptionLatent = s.Integer("proprioception_latent", 1, 4096),
            CropPadding = s.Integer("crop_padding_px", 0, 64, "pixels"),
            GripperPenalty = s.Number("gripper_penalty", -1, 0),
            ReflexPenalty = s.Has("reflex_penalty") ? s.Number("reflex_penalty", -1, 0) : 0,
            CloningWeight = s.Number("cloning_weight", 0, 100),
            DemonstrationShare = s.Number("demonstration_share", 0, 1),
            BufferCapacity = s.Integer("buffer_capacity", 100, 10_000_000),
            StartAfter = s.Integer("start_after", 1, 1_000_000),
            UpdateToData = s.Number("update_to_data", 0.001, 100),
            UpdateToDataSlack = s.Integer("update_to_data_slack", 1, 100_000),
            PublishEvery = s.Integer("publish_every", 1, 100_000),
            CheckpointEvery = s.Integer("checkpoint_every", 1, 10_000_000),
            PretrainSteps = s.Integer("pretrain_steps", 0, 10_000_000),
            Threads = s.Integer("threads", 1, 256),
        };
        s.Require(learner.EnsembleSubset <= learner.EnsembleSize, "ensemble_subset",
            $"{learner.EnsembleSubset} critics cannot be drawn from ensemble_size, {learner.EnsembleSize}; lower it", s["ensemble_size"]);
        s.Require(learner.BatchSize <= learner.BufferCapacity, "batch_size",
            $"{learner.BatchSize} is above buffer_capacity, {learner.BufferCapacity}; lower it or keep more", s["buffer_capacity"]);
        s.Require(learner.StartAfter <= learner.BufferCapacity, "start_after",
            $"{learner.StartAfter} is above buffer_capacity, {learner.BufferCapacity}: learning would never start; lower it", s["buffer_capacity"]);
        s.Require(learner.Encoder is not EncoderKind.ResNet10 || learner.EncoderWeightsPath is not null, "encoder",
            "resnet10 is frozen and needs its weights; add learner.encoder_weights: a safetensors file", s["encoder_weights"]);
        return learner;
    }
}
